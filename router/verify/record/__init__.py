"""What is recorded of remedies, callers, reach and past incidents, against what an answer makes of it."""
