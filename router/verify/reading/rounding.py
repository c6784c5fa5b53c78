"""Whether a number of the evidence may be told as a claim tells it: rounded as far, hedged as it is. Pure."""

import math
import re

from router.verify.reading.hedges import Hedge
from router.verify.reading.quantities import Kind, Quantity

# How far from a number that is said as a bound the evidence's may lie, as parts of it.
_BOUNDS = {Hedge.OVER: (0.999, 2.0), Hedge.UNDER: (0.5, 1.001), Hedge.NEARLY: (0.85, 1.001)}
_ABOUT = {1: 0.2, 2: 0.12}  # what "about" leaves open, as a part of a number of so many digits
_ROUNDED = {1: 0.07, 2: 0.05, 3: 0.006}  # and what is left open without a word
_PRECISE = 3  # digits that nobody gives of a bound that is his own
_DECIMALS = re.compile(r"\.(\d+)")
_QUARTERS = {"5", "25", "75", "333"}  # halves and quarters are said of what is not measured


def close(said: Quantity, have: float) -> bool:
    """Say whether the evidence's *have* may be told as *said*: rounded as far as it was, hedged as it was."""
    value = said.value
    if bounds := _BOUNDS.get(said.hedge):
        least, rounded = bounds[0], 0.0
        if said.hedge is Hedge.UNDER and value == said.scale:
            least = 0.0  # "less than a minute" may be seconds
        if "." in said.said and said.digits >= _PRECISE:
            rounded = grain(said)  # "12.2 ms or less" is said of 12.232
        if said.kind is Kind.COUNT and have % 1 and value >= 3:
            rounded = 1.0  # 52.08 fits 52 times
        return value * least - rounded <= have <= value * bounds[1] + rounded
    off = abs(value - have)
    if said.hedge is Hedge.ABOUT:
        return off <= max(_ABOUT.get(said.digits, 0.02) * abs(value), grain(said)) + 1e-9
    if said.kind is Kind.COUNT and value < 100:
        return (
            off < 1e-6
            or ("." in said.said and off <= grain(said) + 1e-9)
            or (have != int(have) and value >= 3 and off <= 0.5)
        )
    if said.kind is Kind.COUNT and said.scale == 1 and said.digits >= 3 and value == int(value):
        return off <= max(
            0.5, 0.5 * _figure(value, said.digits)
        )  # 188 is no rounding of 187, 26,200 is of 26,214
    share = _ROUNDED.get(said.digits, 0.001)
    if said.kind is Kind.FOLD:
        share = 0.25 if said.digits == 1 and value >= 10 else 0.15  # "a hundred times"
    elif said.digits == 2 and value:
        share = min(share, _figure(value / said.scale, 2) / abs(value / said.scale))
    return off <= max(share * abs(value), grain(said)) * (1 + 1e-9)


def grain(said: Quantity) -> float:
    """Return half of what one more in the last place of *said* is: what rounding to that place leaves open."""
    if said.kind is Kind.SHARE and said.scale == 1:
        return 0.0  # a fraction in words
    part = _DECIMALS.search(said.said)
    return said.scale * (
        0.5 if part is None else 0.25 if part[1] in _QUARTERS else 0.5 * 10.0 ** -len(part[1])
    )


def rounds_to(whole: float, have: float) -> bool:
    """Say whether *have* may be told as the *whole* number: itself, or in thousands and more with zeros at its end."""
    step = 10 ** (len(f"{whole:.0f}") - len(f"{whole:.0f}".rstrip("0"))) if whole >= 1000 else 1
    off = abs(whole - have)
    return off < 0.5 or off <= min(0.5 * step, 0.02 * whole)


def _figure(value: float, digits: int) -> float:
    """Return what one more in the last of the *digits* figures of *value* is: of two, 1 for 71 and 10 for 240."""
    return float(10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits))


def same_figures(a: float, b: float) -> bool:
    """Say whether two numbers have the same leading figures whatever their size."""
    while abs(a) >= 10:
        a /= 10
    while 0 < abs(a) < 1:
        a *= 10
    while abs(b) >= 10:
        b /= 10
    while 0 < abs(b) < 1:
        b *= 10
    return abs(a - b) < 0.006 * abs(a)
