"""What the stack observes: metrics, alarms and notifications on disk, and the API that shows them."""
