"""What the team remembers: incidents, fixes and whether they worked."""
