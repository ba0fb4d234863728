"""One module for each subject: its settings, their limits, and the constraints between them."""
