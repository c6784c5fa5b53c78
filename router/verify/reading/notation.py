"""Terse notation put as the reader of quantities reads it: every sign one way, the length of the text unchanged. Pure.

"×5.1" and "÷5.1" become "5.1x", "T-8m20s" the bare "8m20s", "18 402" with a thin space "18,402", '"pct":4' "pct =4".
It knows signs and no words; what is said in words is for `words.py`.
"""

import re

_SIGNS = str.maketrans(
    {"−": "-", "∼": "~", "≃": "~", "≅": "~", "≥": ">", "≤": "<", "≳": ">", "≲": "<", "μ": "µ"}
)
_FACTOR = re.compile(r"(?<!\w)[×✕✖÷](\d[\d,]*(?:\.\d+)?)(?![\w]|\.\d)")  # not "3×20", which is a product
# From the onset: "T-40m", "T+6m40s"; the letter and the sign are no part of the duration.
_FROM_ONSET = re.compile(
    r"(?<![\w.-])(?:[Tt]0?\s?[+-])(?=\d+(?:\.\d+)?\s?(?:d|h|m|s|min|hours?|minutes?|seconds?)(?:\b|\d))"
)
# Thousands apart by a thin or a no-break space, an apostrophe or an underscore; a plain space parts other things too
_GROUPED = re.compile(
    r"(?<![\w.,'’])\d{1,3}(?:([\u2009\u202f\u00a0'’_])\d{3})(?:\1\d{3})*(?!\w|[.,]\d{3}(?!\d))"
)
_MAYBE_GROUPED = re.compile(r"(?<![\w.,:/×-])(?<!\d )[1-9]\d{0,2}(?: \d{3})+(?!\w|[.,:/-]?\d| \d)")
_COUNTED = re.compile(r"(?<=\bx)\d{1,3}(?: \d{3})+(?![\d.])")  # "x18 402": the sign counts by one number
_SPACED = re.compile(r"[ \u2009\u202f\u00a0'’_]")
_KEYED = re.compile(r"(?<=\w)[\"']:(?=-?\d)")  # a value in JSON, where a colon before a number is else a port
_MEASURED = re.compile(r"(?<=\w):(?=\d+(?:\.\d+)?(?:[kKMGT]i?B|ms|%)(?!\w))")  # nor is what has a unit a port
_BITS = re.compile(r"(?<=\d)(\s?)([kKMG])b/s\b")  # a small b is a bit
_HEAP = re.compile(r"(?<=-X)(m[sxn]|ss)(\d+)([kmgKMG])\b")  # "-Xmx1024m": a size in a flag
_MILLI = re.compile(  # thousandths of a core
    r"(\b(?:cpu|limits?|requests?)[\"']?[:=]?\s?[\"']?)(\d+)m\b|"
    r"(?<![\w.])(?:([1-9]\d*[05]0|\d+(?=m \(\d+%\)))m\b|(\d+) ?(?:milli-?cores?|mcpu)\b)",
    re.IGNORECASE,
)


def in_thousands(text: str) -> str:
    """Return *text* with "24 600", which may be one number or two, as one."""
    return _MAYBE_GROUPED.sub(lambda m: m[0].replace(" ", ","), text)


def in_plain(text: str) -> str:
    """Return *text* with its notation plain, every letter at the place where it was."""
    text = _GROUPED.sub(lambda m: _SPACED.sub(",", m[0]), text.translate(_SIGNS))
    text = _COUNTED.sub(lambda m: m[0].replace(" ", ","), text)
    text = _FACTOR.sub(r"\1x", _FROM_ONSET.sub(lambda m: " " * len(m[0]), text))
    if "cpu" in text.lower() or "core" in text:
        text = _MILLI.sub(lambda m: f"{m[1] or ''}{int(m[2] or m[3] or m[4]) / 1000:g}", text)
    text = _HEAP.sub(lambda m: f" {m[2]}{m[3].upper()}i", text)
    text = _BITS.sub(r"\1\2bps", text)
    return _MEASURED.sub("=", _KEYED.sub(" =", text))
