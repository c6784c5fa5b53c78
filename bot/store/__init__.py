"""The truth, in SQL: what was heard, what happened in each case, and what Slack must show."""
