"""XGBoost and LightGBM, read from the text that they save themselves."""
