"""The CloudWatch dashboard: its panels and the component that declares it."""
