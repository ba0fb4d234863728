"""What the stack takes of this machine: a clock, which may run faster than time, and the loopback interface."""
