"""Bringing in what a Slack channel has seen: its threads that came to a resolution."""
