"""Monitoring of a stack: metrics, filters, alarms, dashboard, saved queries and notifications."""
