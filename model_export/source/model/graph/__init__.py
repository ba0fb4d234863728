"""A ready ONNX file in the place of a fitted estimator."""
