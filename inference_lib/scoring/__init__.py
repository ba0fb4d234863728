"""Scoring: from instances to predictions, with explanations, the shadow model and the payload log."""
