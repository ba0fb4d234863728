"""Small models, each showing one use, trained from data in the repository or in scikit-learn."""
