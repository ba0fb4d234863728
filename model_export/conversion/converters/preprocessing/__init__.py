"""Steps that transform columns."""
