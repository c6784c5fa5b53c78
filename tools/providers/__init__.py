"""Where telemetry really is: one leaf file a vendor or format, answering tools/sources.py."""
