"""The data as they come: tables, features, corrections, and where they disagree with the model."""
