"""How many things may be counted in evidence that gives no number of them. Pure.

"Three teams reported it" is counted over reports, lists and lines, in more ways than code can follow. So a small
count goes against its evidence only where that gives a number of the same things, or lists not so many in all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from router.verify.figures.derived import ordinals
from router.verify.library import Item, stems
from router.verify.reading.quantities import Kind, Quantity, in_figures

_MANY = 31  # nobody counts more by eye
_APART = re.compile(r"[,;|/+&→\n]|\s-\s|\.\s|->|\b(?:and|or|then)\b")
_LIST = re.compile(r"(?::| [–—]) ([^.:]+)")  # what a claim counts and then lists: "three steps: a, b, and c"
_ITEM = re.compile(r"(?:[,;]|\b(?:and|or|then))(?: (?:and|or|then)\b)? ")
_ALL = re.compile(r"\b(?:all|the|(?:(\d+) )?of (?:the|all|these|those)) $", re.IGNORECASE)
_BESIDE = 40  # letters before and behind a number that may say what it counts
_PER = re.compile(r"(?:\bper |/)\w+")
_NOUN = re.compile(r"(?: [a-z-]+)?? ([a-z]{4,})s\b")
_NAME = re.compile(r"\w+(?:[-_.]\w+)+")  # "cart-service 13" counts no services
_MORE = re.compile(r" (?:more|other|others|further|additional|another)\b")
_ALSO = re.compile(r"\b(?:also|another|further|additional|other)\b[\w ]*$")
_BREAK = re.compile(r"[;.!?](?=\s|$)|,(?=\s)|\d")


def is_countable(quantity: Quantity, text: str, items: Sequence[Item]) -> bool:
    """Say whether *quantity* of *text* may be counted over what *items* list, and they give no number of the same."""
    if quantity.kind is not Kind.COUNT or quantity.per is not None or quantity.scale != 1:
        return False
    if quantity.value != int(quantity.value) or not 0 < quantity.value <= _MANY:
        return False
    told = _LIST.search(text)
    if told and quantity.value == 1 + len(_ITEM.findall(told[1])):
        return True
    if any(quantity.value == many for many in _alike(quantity, in_figures(text), items)):
        return True
    listed = [1 + len(_APART.findall(item.text)) for item in items]
    if quantity.value > max((*listed, *ordinals(items), len(items))):
        return False
    mine = _things(in_figures(text), quantity)
    return not any(
        not _is_rest(in_figures(item.text), other) and mine & _things(in_figures(item.text), other)
        for item in items
        for other in item.quantities
        if other.kind in {Kind.COUNT, Kind.FOLD}
    )


def is_all(quantity: Quantity, text: str, cited: Sequence[Item], everything: Sequence[Item]) -> bool:
    """Say whether *quantity* is how many pieces of a kind there are, or of how many some are cited, one by one."""
    if quantity.kind is not Kind.COUNT or not 0 < quantity.value <= _MANY:
        return False
    if not (told := _ALL.search(in_figures(text)[: quantity.start])):
        return False
    if quantity.value in Counter(item.kind for item in everything).values():
        return True
    one_of = told[1] == str(len(cited)) or (not told[1] and told[0].lower().startswith("of"))
    return one_of and is_countable(quantity, text, everything)


def _alike(quantity: Quantity, plain: str, items: Sequence[Item]) -> Iterator[int]:
    """Yield how many names end in the noun that *quantity* counts, and how many services have a word of its own."""
    noun = _NOUN.match(plain, quantity.start + len(quantity.said))
    if not noun:
        return
    name = re.compile(rf"[\w.-]*\w[-_.]{re.escape(noun[1])}\b", re.IGNORECASE)
    yield len({found.lower() for item in items for found in name.findall(f"{item.text} {item.service}")})
    for word in {*stems(plain[noun.end() :])}:
        yield len({item.service for item in items if item.service and word in item.stems})


def _is_rest(plain: str, quantity: Quantity) -> bool:
    """Say whether a number counts only what comes on top: "and 1 more component", "also led to two"."""
    end = quantity.start + len(quantity.said)
    before = plain[max(0, quantity.start - _BESIDE) : quantity.start]
    return _MORE.match(plain, end) is not None or _ALSO.search(before) is not None


def _things(plain: str, quantity: Quantity) -> frozenset[str]:
    """Return the stems of the words beside a number, behind it and before it up to a comma."""
    end = quantity.start + len(quantity.said)
    before = _BREAK.split(_NAME.sub("", plain[: quantity.start])[-_BESIDE:])[-1]
    behind = _BREAK.split(_NAME.sub("", plain[end : end + _BESIDE]))[0]
    return frozenset(stems(_PER.sub("", f"{before} {behind}")))
