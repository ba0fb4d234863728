"""The batches of a deployed stack, through the AWS APIs."""
