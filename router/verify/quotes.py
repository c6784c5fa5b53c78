"""Quotes in an answer held against the evidence, word for word. Pure.

Letter case, kinds of quotes and spaces do not matter, and an ellipsis may leave words out. A single quoted word is
a scare quote and left alone, and so is what a cause puts in quotes in words of its own.
"""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.library import Library, alike
from router.verify.statement import Statement

_QUOTED = re.compile(r'"([^"]{3,400})"|`([^`]{3,400})`')
_SINGLE = re.compile(r"(?<![\w'])'(?=\w)((?:[^\"']|\b'\b){6,200})(?<=\w)'(?![\w'])")
_LEAST_SINGLE = 3  # words: what is shorter may be between two apostrophes


def quotes(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the quotes that the evidence does not have, and those of evidence that is not the cited one."""
    texts: list[tuple[str, Sequence[str]]] = [(claim.text, claim.evidence) for claim in said.claims]
    for text, cited in (*texts, (said.cause, ())):
        least = 2 if cited else 4  # a cause may put words in quotes that are its own
        for quote in _quotes(text):
            if len(quote.split()) < least:
                continue
            holding = [item.id for item in library.items if _in(quote, item.lower)]
            if not holding:
                yield Finding(FindingCode.QUOTE, f"“{quote}” is in no evidence", tuple(cited))
            elif cited and not set(cited) & set(holding):
                told_by = f"“{quote}” is not in {', '.join(cited)} but in {', '.join(holding[:3])}"
                yield Finding(FindingCode.IRRELEVANT_CITATION, told_by, tuple(cited))


def _quotes(text: str) -> Iterator[str]:
    plain = alike(text)
    for found in _SINGLE.finditer(plain):
        if len(found[1].split()) >= _LEAST_SINGLE:
            yield found[1].strip(" .,;")
    for found in _QUOTED.finditer(plain):
        yield (found[1] or found[2]).strip(" .,;")


def _in(quote: str, text: str) -> bool:
    """Say whether *text* has the pieces of *quote* between ellipses, in their order."""
    at = 0
    for piece in re.split(r"\[\.\.\.\]|\.\.\.|…", quote):
        at = text.find(piece.strip(" .,;:"), at)
        if at < 0:
            return False
    return True
