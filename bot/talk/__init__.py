"""Talking in a case's thread: what a person wants, looking for it, answering with evidence."""
