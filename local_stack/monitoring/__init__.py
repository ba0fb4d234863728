"""CloudWatch on this machine: metrics, alarms, Logs Insights and notifications, and the API that the console reads."""
