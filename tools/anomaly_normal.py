"""What is normal for one series, and how far other points lie outside of it. Pure numpy; it knows no names.

Normal is told by a baseline and by the time before the onset; only what lies outside of both ranges is abnormal.
Baselines hold incidents of their own, so a long one loses its extremes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Nature = Literal["level", "share", "count", "event"]
ENOUGH = 20  # points of normal operation whose extremes may be cut
_CUT = (2.0, 98.0)
_RELATIVE_FLOOR = 0.05  # of the level: a spread is never taken as smaller
_ASSUMED_REQUESTS = 100.0
_EVENT_SPREAD = 0.2  # one event is five spreads
_OF_ITSELF = 0.01  # of the farthest value: from nothing to something is at most a hundred spreads


@dataclass(frozen=True, slots=True)
class Normal:
    """The low and the high end of normal, its middle and its spread (robust, one standard deviation)."""

    low: float
    high: float
    middle: float
    spread: float

    def distances(self, values: Values, nature: Nature, requests: float | None, whole: float = 1.0) -> Values:
        """Return how many spreads each value lies outside of normal.

        A *share* of requests, of a *whole* of 1 or 100, varies by chance with how many *requests* there were at a
        point; a *count* varies by its root; of *events* each single one matters.
        """
        spread = max(self.spread, _OF_ITSELF * float(np.abs(values).max()))
        if nature == "share":
            spread = max(spread, self._chance(requests, whole))
        elif nature == "count":
            spread = max(spread, math.sqrt(max(1.0, self.high)))
        elif nature == "event":
            spread = max(spread, _EVENT_SPREAD)
        return np.asarray(np.maximum(values - self.high, self.low - values) / spread)

    def _chance(self, requests: float | None, whole: float) -> float:
        often = max(1.0, _ASSUMED_REQUESTS if requests is None else requests)
        usual = min(1.0, max(0.0, self.middle / whole))
        return whole * math.sqrt((usual * (1 - usual) + 1 / often) / often)


def normal_of(baseline: Values, before: Values) -> Normal | None:
    """Return what is normal by *baseline* and by the points *before*; None when neither tells."""
    told = [values for values in (baseline, before) if len(values)]
    if not told:
        return None
    ranges = [_range(values) for values in told]
    low, high = min(each[0] for each in ranges), max(each[1] for each in ranges)
    level = max(abs(float(np.median(values))) for values in told)
    spread = max(*(iqr(values) for values in told), _RELATIVE_FLOOR * level, _tiny(low, high))
    return Normal(low, high, float(np.median(told[-1])), spread)


def restlessness(calm: Values) -> float:
    """Return how far, in its own spreads, a series jumps once in a hundred points when all is well."""
    middle = float(np.median(calm))
    spread = max(iqr(calm), _RELATIVE_FLOOR * abs(middle), _tiny(float(calm.min()), float(calm.max())))
    return float(np.sort(np.abs(calm - middle))[-max(1, len(calm) // 100)]) / spread


def iqr(values: Values) -> float:
    """Return the inter-quartile range as a standard deviation."""
    low, high = np.percentile(values, (25.0, 75.0))
    return float(high - low) / 1.349


def worst_third(distance: Values) -> float:
    """Return the mean of the worst third: one spike counts, a lasting change counts more."""
    worst = np.sort(np.maximum(distance, 0.0))[::-1]
    return float(worst[: max(1, math.ceil(len(worst) / 3))].mean())


def finite(values: Sequence[float]) -> Values:
    """Return *values* without those that are no numbers."""
    array = np.array(values, dtype=np.float64)
    return array[np.isfinite(array)]


def _range(values: Values) -> tuple[float, float]:
    low, high = np.percentile(values, _CUT) if len(values) >= ENOUGH else (values.min(), values.max())
    return float(low), float(high)


def _tiny(low: float, high: float) -> float:
    return 1e-9 + 1e-3 * max(abs(low), abs(high))
