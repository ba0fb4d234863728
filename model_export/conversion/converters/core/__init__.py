"""An ONNX graph as it is written: tensors that read like NumPy arrays, and tables of columns."""
