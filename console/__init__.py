"""The console: what a stack does, for people. It asks the API and CloudWatch, or the local stack in its place."""
