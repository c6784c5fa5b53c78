"""Case file to Block Kit. Pure: no clock, no client, no store."""
