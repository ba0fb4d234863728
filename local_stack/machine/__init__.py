"""The clock of the stack, which may run faster than real time, and its servers on the loopback interface."""
