"""The Open Inference Protocol V2: metadata, inference and tensors."""
