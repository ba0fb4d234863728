"""API Gateway on this machine: the declared REST API, throttles and access log."""
