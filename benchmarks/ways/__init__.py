"""Handlers that predict as people do today, and the floors below them; each is loaded by a real awslambdaric."""
