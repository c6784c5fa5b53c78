"""What part of all failed or went well, told the other way round: 85 % available, "85 % failed". Pure."""

import re
from collections.abc import Sequence

from router.verify.library import Item
from router.verify.reading.quantities import Kind, Quantity
from router.verify.reading.rounding import close

_ILL = (
    r"fail\w*|error\w*|refused|rejected|lost|dropped|unavailab\w+|timed out|timeouts?|miss\w+|denied|un\w+ed"
)
_WELL = r"succe\w+|served|answered|available|availability|healthy"
_SAID = re.compile(  # behind the share: "of the calls failed", "of requests were returning errors"
    r"(?: of (?:[\w-]+ ){1,8}?| )"
    rf"(?:(?:were|was|are|is|have|had|came back with|return\w+|end\w+ in) )?(?:({_ILL})|({_WELL}))\b"
)
_TOLD = re.compile(rf"\b(?:({_ILL})|({_WELL}))\b", re.IGNORECASE)


def turned(quantity: Quantity, plain: str, items: Sequence[Item]) -> bool:
    """Say whether the part that *plain* says failed is by *items* the part that went well, or the other way round."""
    said = _SAID.match(plain, quantity.start + len(quantity.said))
    if quantity.kind is not Kind.SHARE or said is None:
        return False
    right, wrong = False, False
    for item in items:
        ways = {found[1] is not None for found in _TOLD.finditer(item.text)}
        for told in item.quantities if len(ways) == 1 else ():
            same = ways == {said[1] is not None}
            if told.kind is Kind.SHARE:
                right |= close(quantity, told.value if same else 1 - told.value)
                wrong |= close(quantity, 1 - told.value if same else told.value)
    return wrong and not right
