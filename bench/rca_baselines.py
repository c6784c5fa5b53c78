"""What others would blame: the newest deployment, the largest relative change, n-sigma, a robust scorer, chance.

Each service gets the score of its most changed metric between normal operation and the time since the onset:

- relative_change: difference of the means over the mean of normal;
- nsigma: the farthest point in standard deviations from the mean of normal;
- robust: the farthest point in inter-quartile ranges from the median of normal (BARO's scorer, Pham et al., 2024).

Normal is what the provider gives as baseline and the points before the onset.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from tools.providers.files import FileTelemetry
from tools.sources import DeploySource
from tools.tool import Scope, Unavailable

Values = NDArray[np.float64]
_TINY = 1e-9
_LONG = timedelta(days=30)


def relative_change(normal: Values, since: Values) -> float:
    """Return the change of the mean over the mean of normal."""
    return abs(float(since.mean() - normal.mean())) / max(abs(float(normal.mean())), _TINY)


def nsigma(normal: Values, since: Values) -> float:
    """Return the farthest point in standard deviations of normal."""
    return float(np.abs(since - normal.mean()).max()) / max(float(normal.std()), _TINY)


def robust(normal: Values, since: Values) -> float:
    """Return the farthest point in inter-quartile ranges of normal, as scikit-learn's RobustScaler scales."""
    low, high = np.percentile(normal, (25.0, 75.0))
    spread = float(high - low)
    return float(np.abs(since - np.median(normal)).max()) / (spread if spread > _TINY else 1.0)


SCORERS: dict[str, Callable[[Values, Values], float]] = {
    "relative_change": relative_change,
    "nsigma": nsigma,
    "robust": robust,
}
BASELINES = (*SCORERS, "newest_deploy", "random")


async def services_by_change(telemetry: FileTelemetry, scope: Scope) -> tuple[dict[str, Sequence[str]], int]:
    """Return by scorer the services, the most changed first, and how many services there are."""
    try:
        series = await telemetry.metrics.series(scope.window)
        baseline = await telemetry.metrics.baseline(scope.window)
    except Unavailable:
        return {name: [] for name in SCORERS}, 0
    usual = {(each.service, each.metric): [value for _, value in each.points] for each in baseline}
    onset = scope.onset.timestamp()
    scores: dict[str, dict[str, float]] = {name: defaultdict(float) for name in SCORERS}
    for each in series:
        before = [value for at, value in each.points if at < onset]
        normal = np.array(usual.get((each.service, each.metric), []) + before)
        since = np.array([value for at, value in each.points if at >= onset])
        if len(normal) and len(since):
            for name, scorer in SCORERS.items():
                scores[name][each.service] = max(scores[name][each.service], scorer(normal, since))
    ranked: dict[str, Sequence[str]] = {name: _most_first(found) for name, found in scores.items()}
    return ranked, len({each.service for each in series})


def _most_first(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda service: (-scores[service], service))


async def newest_first(deploys: DeploySource, scope: Scope) -> list[str]:
    """Return the shas of the deployments before the onset, the newest first."""
    window = scope.window.widened(_LONG)
    try:
        found = await deploys.deployments(window)
    except Unavailable:
        return []
    return [
        each.sha for each in sorted(found, key=lambda each: each.at, reverse=True) if each.at <= scope.onset
    ]


def expected_at_random(candidates: int, guilty: int, depth: int) -> float:
    """Return the chance that *depth* random picks of *candidates* hit one of the *guilty*."""
    if candidates <= 0 or guilty <= 0:
        return 0.0
    depth = min(depth, candidates)
    return 1.0 - math.comb(max(0, candidates - guilty), depth) / math.comb(candidates, depth)
