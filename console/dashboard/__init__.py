"""The declared dashboard, drawn: layout, panels, queries and tables."""
