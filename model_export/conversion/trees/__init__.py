"""Tree ensembles: their tables, and the compact operator."""
