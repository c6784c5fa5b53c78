"""The terminal: one file a command. Each prints for people on standard error and for programs on standard output."""
