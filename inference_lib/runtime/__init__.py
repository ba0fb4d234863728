"""ONNX Runtime through its C API: library, session, options, tensors; and the model on top of it."""
