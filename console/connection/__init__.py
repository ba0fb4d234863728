"""The connection: which API and which monitoring the console reads, and how it is chosen."""
