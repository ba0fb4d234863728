"""Alarms as CloudWatch evaluates them, and their notifications."""
