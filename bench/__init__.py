"""Measurements against named peers, on the product's own code paths."""
