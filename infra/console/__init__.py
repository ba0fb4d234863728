"""The console in the cloud: image, task, service, load balancer, sign-in, policies and settings."""
