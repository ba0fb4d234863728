"""An HTTP server of one's own."""
