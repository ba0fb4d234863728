"""HTTP without a server: requests, bodies, Lambda events, routes and problem details."""
