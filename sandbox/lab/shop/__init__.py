"""A small shop of separate processes: the code that the lab deploys, breaks and watches.

The lab copies this folder into a git repository of its own at run time and runs the copy (`python -m
shop.users` there), so imports are relative and nothing here knows the lab.
"""
