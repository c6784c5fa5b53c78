"""Case folders under several routing policies, scored by code: what `app.py eval` runs."""
