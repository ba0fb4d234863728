"""Whether a breast mass is malignant: the Wisconsin data that ship inside scikit-learn."""
