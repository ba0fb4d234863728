"""The contract of a model: its document, reading, digests, and validation of instances against it."""
