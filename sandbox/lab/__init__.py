"""The lab: a small shop of real processes under real load, and faults that truly happen to it."""
