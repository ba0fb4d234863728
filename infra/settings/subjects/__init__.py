"""One module for each subject: its settings, their limits, and what they must fulfil together."""
