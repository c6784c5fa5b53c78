"""What `eval` prints for people: one row an arm, what was left out, and where the results are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bot.cli.plain import first_few, paper
from router.prices import dollars

FEW = 10  # cases
# they fit eighty columns
_COLUMNS = ("arm", "right", "accuracy", "in 3", "gain", "$/case", "seconds", "calls")
_READ = (
    "gain: over the arm without a model on the same cases; "
    "calls: all / to stronger models / answers posted as unverified"
)


def print_tables(told: Mapping[str, Any]) -> None:
    """Print the figures of every arm."""
    console = paper()
    title = f"{told['cases']} cases; 95 % interval below each mean"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, pad_edge=False)
    for position, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if position == 0 else "right", no_wrap=position > 0)
    for arm in told["arms"]:
        count = sum(mine[0] for mine in arm["by_set"].values())
        table.add_row(
            arm["arm"],
            f"{count}/{arm['n']}",
            _spread(arm["accuracy"], "{:.2f}"),
            "–" if arm["at_3"] is None else f"{arm['at_3']:.2f}",
            _spread(arm["gain"], "{:+.2f}"),
            _spread(arm["usd"], "{:.4f}"),
            _spread(arm["seconds"], "{:.1f}"),
            f"{arm['calls']}/{arm['strong_calls']}/{arm['unverified']}",
        )
    console.print(table)
    console.print(_READ, highlight=False)
    for arm in told["arms"]:
        wrong, asked = arm["accused_innocent"]
        if asked:
            console.print(
                f"{arm['arm']}: accuses a deployment in {wrong} of {asked} cases where none is guilty"
            )
    for line in (*_cautions(told), *_left_out(told["left_out"])):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    spent = f"{dollars(Decimal(told['spent_usd']))} of {dollars(Decimal(told['cap_usd']))} spent or set aside"
    kept = f"{spent}. Kept in {told['kept_in']}; --resume goes on from there."
    console.print(kept, markup=False, highlight=False, soft_wrap=True)


def _cautions(told: Mapping[str, Any]) -> Iterable[str]:
    """Yield what must be known before figures are compared."""
    counts = {arm["n"] for arm in told["arms"]}
    if len(counts) > 1:
        yield "The arms had different numbers of cases: compare their gains, which are over the same cases."
    if counts and min(counts) < FEW:
        yield f"With fewer than {FEW} cases the intervals of gain, $ and seconds are narrower than what is known."


def _left_out(left_out: Sequence[Mapping[str, str]]) -> Iterable[str]:
    """Yield a line for each reason, with the arms and their cases."""
    reasons: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in left_out:
        reasons[one["why"]][one["arm"]].append(one["case"])
    for why, arms in reasons.items():
        alike: dict[str, list[str]] = defaultdict(list)
        for arm, cases in arms.items():
            alike[first_few(cases)].append(arm)
        told = "; ".join(f"{', '.join(names)} ({cases})" for cases, names in alike.items())
        yield f"Left out: {told}: {why}"


def _spread(figure: Mapping[str, float] | None, form: str) -> str:
    if figure is None:
        return "–"
    return f"{form.format(figure['mean'])}\n{form.format(figure['low'])}–{form.format(figure['high'])}"
