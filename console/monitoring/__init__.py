"""The monitoring of a stack: one interface for CloudWatch and for the local stack."""
