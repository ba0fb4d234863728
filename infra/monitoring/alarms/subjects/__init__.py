"""One module for each subject: when its alarms fire, as data."""
