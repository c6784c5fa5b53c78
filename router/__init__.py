"""Which model, at what price, and why."""
