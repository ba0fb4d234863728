"""The Lambda function on this machine: environments, processes, Runtime API and log."""
