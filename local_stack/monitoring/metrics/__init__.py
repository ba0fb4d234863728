"""Metrics as in CloudWatch: extracted from log lines, stored by the minute, read by period."""
