"""Logs Insights: queries of the function's log in CloudWatch's own language."""
