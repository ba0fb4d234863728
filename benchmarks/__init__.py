"""What is measured, and the ways that people use today that it is measured against."""
