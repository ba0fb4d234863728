"""What is watched: metrics, filters, alarms, dashboard, saved queries and notifications."""
