"""The hunt: rows on which graph and original could differ, sought at the seams of the fitted steps."""

# A seam is a place on the way from request to answer where the original or the graph changes its form: a split, a bin
# edge, a clip bound, a known category, a missing mark, a norm of zero, the size at which float32 ends.
