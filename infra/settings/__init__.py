"""The settings of a stack: declaration, rules of values, agreements, reading, files and page."""
