"""Checking an answer against its evidence, by code: nothing here asks a model or knows a price."""
