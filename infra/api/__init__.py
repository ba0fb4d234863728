"""The REST API: definition, access, keys, stage, domain, firewall, errors and request validation."""
