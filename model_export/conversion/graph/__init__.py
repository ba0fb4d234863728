"""An ONNX graph as it is written: tensors that read like NumPy arrays, tables of columns, and refusals."""
