"""The units that quantities are read in, each as a number of seconds, bytes or parts of one. Pure tables."""

TIMES = {
    "us": 1e-6, "µs": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6,
    "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86_400.0, "day": 86_400.0, "days": 86_400.0, "week": 604_800.0, "weeks": 604_800.0,
    "month": 2_629_800.0, "months": 2_629_800.0, "year": 31_557_600.0, "years": 31_557_600.0,
}  # fmt: skip
SIZES = {
    "kb": 1e3, "kib": 1024.0, "mb": 1e6, "mib": 2.0**20, "gb": 1e9, "gib": 2.0**30, "tb": 1e12, "tib": 2.0**40,
    "bytes": 1.0, "byte": 1.0, "kilobytes": 1e3, "megabytes": 1e6, "gigabytes": 1e9, "terabytes": 1e12,
    "kbit": 125.0, "mbit": 1.25e5, "gbit": 1.25e8, "kbps": 125.0, "mbps": 1.25e5, "gbps": 1.25e8, "gb/s": 1e9,
    "gigabit": 1.25e8, "megabit": 1.25e5, "gigabits": 1.25e8, "megabits": 1.25e5,
    "kibibytes": 1024.0, "mebibytes": 2.0**20, "gibibytes": 2.0**30, "tebibytes": 2.0**40, "mebibyte": 2.0**20,
    "gibibyte": 2.0**30,
    "kilobyte": 1e3, "megabyte": 1e6, "gigabyte": 1e9, "terabyte": 1e12, "gi": 2.0**30, "mi": 2.0**20, "ki": 1024.0,
}  # fmt: skip
SCALES = {"thousand": 1e3, "thousands": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9,
          "trillion": 1e12, "trillions": 1e12, "quadrillion": 1e15}  # fmt: skip
THOUSANDS = {"k": 1e3, "m": 1e6, "g": 1e9, "bn": 1e9, "b": 1e9, "t": 1e12} | SCALES
SHARES = dict.fromkeys(
    ("%", "percent", "pct", "per cent", "points", "point", "pp", "percentage points", "percentage point"),
    0.01,
)
