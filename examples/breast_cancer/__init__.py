"""Whether a breast mass is malignant: the Wisconsin data of scikit-learn."""
