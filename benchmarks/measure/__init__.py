"""How things are measured: in paired rounds, as whole processes, with what these need beside them."""
