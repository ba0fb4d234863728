"""The Lambda function: role, log group, version, alias, warm environments and mounts."""
