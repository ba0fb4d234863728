"""The proof that a bundle answers as the original model does."""
