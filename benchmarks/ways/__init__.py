"""One folder a way: code in the style that people use, and its locked requirements unless it has the function's own."""
