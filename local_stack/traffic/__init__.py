"""Traffic for a stack: recorded, golden or synthetic requests, at the pace of a day."""
