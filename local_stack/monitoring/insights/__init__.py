"""Logs Insights: questions to the function's log, in CloudWatch's own query language."""
