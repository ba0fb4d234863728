"""The obvious ONNX handler."""
