"""Slack outside, investigation inside: listeners, desk, thread, and the loop behind them."""
