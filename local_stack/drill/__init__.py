"""On-call drill: faults on purpose, and whether alarm, notification and runbook find them."""
