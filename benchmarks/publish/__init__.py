"""The last results, and the pages and pictures that quote them."""
