"""Lines of CSV, JSON and Parquet files."""
