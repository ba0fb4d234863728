"""FunctionTransformer, the functions of NumPy and SciPy that it calls, and those that users register."""
