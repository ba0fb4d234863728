"""The notifier: what an alarm that changes its state says to the channel and by e-mail."""
