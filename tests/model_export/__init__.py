"""Tests of model_export, one file a module."""
