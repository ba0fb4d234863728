"""Telemetry: the metrics, the embedded metric format, and log lines."""
