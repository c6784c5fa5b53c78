"""The rows of the fault matrix by their ids.

A row is held by tests of this folder that are named after it (`test_a06_…`, or a case `[p06]` of one that runs a step
of each row); `test_matrix.py` proves that there is one for each, `make faults` runs them all.
"""

IDS = (
    *(f"S{number:02d}" for number in range(1, 19)),
    *(f"O{number:02d}" for number in range(1, 9)),
    *(f"A{number:02d}" for number in range(1, 16)),
    *(f"Q{number:02d}" for number in range(1, 13)),
    *(f"T{number:02d}" for number in range(1, 12)),
    *(f"C{number:02d}" for number in range(1, 6)),
    *(f"P{number:02d}" for number in range(1, 24)),
    *(f"U{number:02d}" for number in range(1, 10)),
    *(f"X{number:02d}" for number in range(1, 4)),
)
