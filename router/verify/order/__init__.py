"""What came first and what led to what: causes before effects, events in the order of their times."""
