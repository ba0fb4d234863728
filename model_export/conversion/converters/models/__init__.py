"""Models that predict by one formula, without other estimators inside them."""
