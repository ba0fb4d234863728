"""Metrics as CloudWatch keeps them: taken from log lines, kept by the minute, asked for by period."""
