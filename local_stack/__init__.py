"""The declared stack, brought to life on this machine: API, function, logs."""
