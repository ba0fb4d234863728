"""Alarms as CloudWatch evaluates them, and whom they tell."""
