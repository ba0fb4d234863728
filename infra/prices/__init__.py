"""List prices of AWS, with source and date."""
