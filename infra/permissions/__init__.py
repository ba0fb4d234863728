"""IAM policy statements that several subjects share, and the page of all permissions."""
