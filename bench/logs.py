"""How well log lines are grouped by template, on the labelled systems of LogHub's form, and how fast.

Grouping accuracy (ga): the share of lines whose predicted group equals the true group exactly. F1 of grouping
(fga): the harmonic mean of the shares of predicted and of true groups that are matched exactly. The groups come
from the digest's own code, one configuration for all systems. Beside ours stand Drain3 with its defaults, run
here on the same lines, and Drain's published accuracy where its authors measured the system.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from drain3 import TemplateMiner

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from tools.log_digest_groups import template_ids

# Zhu et al., "Tools and Benchmarks for Automated Log Parsing", 2019, table 2
DRAIN_PUBLISHED = {
    "Android": 0.911, "Apache": 1.0, "BGL": 0.963, "Hadoop": 0.948, "HDFS": 0.998, "HealthApp": 0.780,
    "HPC": 0.887, "Linux": 0.690, "Mac": 0.787, "OpenSSH": 0.788, "OpenStack": 0.733, "Proxifier": 0.527,
    "Spark": 0.920, "Thunderbird": 0.955, "Windows": 0.997, "Zookeeper": 0.967,
}  # fmt: skip
Grouping = Callable[[Sequence[str]], list[int]]
LEAST_LINES = 200_000  # lines timed, so that the speed is one of steady work


def main() -> None:
    """Measure all systems found in the data folder."""
    options = arguments(__doc__ or "").parse_args()
    folder = data_folder(options.data, "log_triage")
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        sys.exit(f"No *.jsonl in {folder}: expected the form of log_triage.")
    systems: dict[str, dict[str, float]] = {}
    drain3: dict[str, float] = {}
    texts: list[str] = []
    for path in files:
        name = path.stem.removesuffix("_2k")
        rows = read_jsonl(path)
        lines = [str(row["content"]) for row in rows]
        truth = [str(row.get("event_id_corrected") or row["event_id"]) for row in rows]
        ga, fga = scores(template_ids(lines), truth)
        systems[name] = {"ga": ga, "fga": fga}
        drain3[name] = scores(drain3_ids(lines), truth)[0]
        texts.extend(lines)
        print(f"{path.name}: {len(lines)} lines", file=sys.stderr)
    lines_per_s = speed(template_ids, texts)
    _show(systems, drain3, lines_per_s)
    print_result(
        {
            "systems": systems,
            "mean_ga": _mean([each["ga"] for each in systems.values()]),
            "mean_fga": _mean([each["fga"] for each in systems.values()]),
            "lines_per_s": round(lines_per_s),
            "baselines": {
                "drain3_defaults": {"mean_ga": _mean(list(drain3.values()))},
                "drain_published": {name: DRAIN_PUBLISHED.get(name) for name in systems},
            },
        }
    )


def scores(predicted: Sequence[object], truth: Sequence[object]) -> tuple[float, float]:
    """Return grouping accuracy and F1 of grouping; both 0..1."""
    found, true = _members(predicted), _members(truth)
    exact = found & true
    ga = sum(len(group) for group in exact) / len(truth) if truth else 0.0
    both = len(found) + len(true)
    return ga, (2 * len(exact) / both if both else 0.0)


def drain3_ids(lines: Sequence[str]) -> list[int]:
    """Return Drain3's clusters of *lines* with its default configuration."""
    miner = TemplateMiner()
    for line in lines:
        miner.add_log_message(line)
    matched = [miner.match(line, full_search_strategy="fallback") for line in lines]
    return [each.cluster_id if each else -1 - number for number, each in enumerate(matched)]


def speed(grouping: Grouping, texts: Sequence[str]) -> float:
    """Return lines a second over all *texts*, repeated until there are enough of them."""
    many = list(texts) * max(1, LEAST_LINES // max(1, len(texts)))
    started = time.perf_counter()
    grouping(many)
    return len(many) / (time.perf_counter() - started)


def _members(groups: Sequence[object]) -> set[tuple[int, ...]]:
    members: dict[object, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    return {tuple(each) for each in members.values()}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _show(systems: dict[str, dict[str, float]], drain3: dict[str, float], lines_per_s: float) -> None:
    rows: list[tuple[object, ...]] = [
        (name, each["ga"], each["fga"], drain3[name], DRAIN_PUBLISHED.get(name))
        for name, each in systems.items()
    ]
    means = [_mean([each[key] for each in systems.values()]) for key in ("ga", "fga")]
    rows.append(("mean", *means, _mean(list(drain3.values())), None))
    print_table(
        f"Log grouping, one configuration ({lines_per_s:,.0f} lines/s)",
        ("system", "ga", "fga", "ga Drain3 defaults", "ga Drain published"),
        rows,
    )


if __name__ == "__main__":
    main()
