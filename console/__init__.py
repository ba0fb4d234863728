"""The console: predictions, dashboard, alarms and model of a stack, from its API and CloudWatch or a local stack."""
