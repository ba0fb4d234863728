"""Small models, each for one use case, trained on data in the repository or in scikit-learn."""
