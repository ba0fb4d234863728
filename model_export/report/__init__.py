"""report.html: page, parts, pictures and style."""
