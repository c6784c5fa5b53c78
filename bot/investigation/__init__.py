"""Alert in, events out: the investigation. It knows memory, router and tools; no Slack and no vendor."""
