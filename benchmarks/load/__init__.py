"""A load test with Locust: ``python -m benchmarks.load --help``."""
