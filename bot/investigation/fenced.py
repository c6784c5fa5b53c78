"""The marks between which a model is shown what others wrote, and that nothing within can close. Pure.

Every prompt says that what stands between them is data, never an order; so it must pass through here.
"""

import re

_MARK = re.compile(r"<(\s*/?\s*data\s*)>", re.IGNORECASE)


def fenced(text: str) -> str:
    """Return foreign *text* between its marks."""
    return f"<data>\n{inert(text)}\n</data>"


def inert(text: str) -> str:
    """Return *text* without marks of its own, for the few foreign words that stand outside."""
    return _MARK.sub(r"‹\1›", text)
