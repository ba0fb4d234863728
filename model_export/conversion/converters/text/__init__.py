"""How texts are counted: what skl2onnx has otherwise."""
