"""Quotes in an answer held against the evidence, word for word. Pure.

Letter case, kinds of quotes and spaces do not matter, and an ellipsis may leave words out. Single quoted words
without "says" before them are scare quotes and are left alone.
"""

import re
from collections.abc import Iterator, Sequence

from router.outcomes import Finding, FindingCode
from router.verify.library import Library, alike
from router.verify.statement import Statement

_QUOTED = re.compile(r'"([^"]{3,400})"|`([^`]{3,400})`')
_SINGLE = re.compile(r"(?<![\w'])'(?=\w)([^\"]{6,200}?)(?<=\w)'(?![\w'])")
_LEAST_SINGLE = 3  # words: what is shorter may be between two apostrophes
_SAYS = re.compile(
    r"(?:log(?:s|ged|ging)?|sa(?:ys|id)|read(?:s|ing)?|report(?:s|ed)?|answer(?:s|ed)?|message|error|print(?:s|ed)?|wrote|"
    r"states?|line|with|as|failed|fails|complain\w*|throw\w*|show(?:s|ed)?|return(?:s|ed)?)[ ,:]*(?:that )?$",
    re.IGNORECASE,
)


def quotes(said: Statement, library: Library) -> Iterator[Finding]:
    """Yield the quotes that the evidence does not have, and those of evidence that is not the cited one."""
    texts: list[tuple[str, Sequence[str]]] = [(claim.text, claim.evidence) for claim in said.claims]
    for text, cited in (*texts, (said.cause, ())):
        least = 2 if cited else 4  # a cause may put words in quotes that are its own
        for quote, told in _quotes(text):
            if len(quote.split()) < ((2 if cited else 3) if told else least):
                continue
            holding = [item.id for item in library.items if _in(quote, item.lower)]
            if not holding:
                yield Finding(FindingCode.QUOTE, f"“{quote}” is in no evidence", tuple(cited))
            elif cited and not set(cited) & set(holding):
                told_by = f"“{quote}” is not in {', '.join(cited)} but in {', '.join(holding[:3])}"
                yield Finding(FindingCode.IRRELEVANT_CITATION, told_by, tuple(cited))


def _quotes(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what is quoted, and whether it is told as something that was said or logged."""
    plain = alike(text)
    for found in _SINGLE.finditer(plain):
        if _SAYS.search(plain[: found.start()]) and len(found[1].split()) >= _LEAST_SINGLE:
            yield found[1].strip(" .,;"), True
    for found in _QUOTED.finditer(plain):
        yield (found.group(1) or found.group(2)).strip(" .,;"), bool(_SAYS.search(plain[: found.start()]))


def _in(quote: str, text: str) -> bool:
    pieces = [piece.strip(" .,;:") for piece in re.split(r"\.\.\.|…|\[\.\.\.\]", quote)]
    return all(piece in text for piece in pieces if piece)
