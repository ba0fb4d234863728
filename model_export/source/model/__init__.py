"""The model as it comes: files, the fitted estimator, its anatomy, and the original that judges the proof."""
