"""Whatever simple arithmetic makes of evidence may be said of it; ten times as much, or another unit, may not.

The evidence is made up in many layouts, so that no rule for one layout is enough.
"""

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.router.world import Seen, is_rejected

# How a measure goes from A to B between 10:05 and 10:29, by its unit
LAYOUTS: tuple[Callable[[str, str, str], str], ...] = (
    lambda a, b, unit: f"tray depth ({unit}): 10:05 {a}, 10:29 {b}",
    lambda a, b, unit: f"tray depth {a} {unit} at 10:05, {b} {unit} at 10:29",
    lambda a, b, unit: f"tray depth: 10:05 {a}{unit}, 10:29 {b}{unit}",
    lambda a, b, unit: f"10:29 tray depth {b} {unit} (10:05: {a} {unit})",
    lambda a, b, unit: f"tray depth went from {a} {unit} to {b} {unit} between 10:05 and 10:29",
)
# What one says of it, by arithmetic on A and B
SAID: dict[str, Callable[[float, float, str], str]] = {
    "both": lambda a, b, unit: f"Depth went from {a:g} to {b:g} {unit}",
    "end": lambda _, b, unit: f"It stood at {b:g} {unit} at the end",
    "rounded": lambda _, b, unit: f"It ended at about {float(f'{b:.2g}'):g} {unit}",
    "more": lambda a, b, unit: f"It rose by {b - a:g} {unit}",
    "times": lambda a, b, _: f"It is {b / a:.2f} times what it was",
    "percent": lambda a, b, _: f"That is {100 * (b - a) / a:.0f} % more than before",
    "share": lambda a, b, _: f"Before, it was at {100 * a / b:.0f} % of that",
    "took": lambda *_: "It took 24 minutes",
    "slope": lambda a, b, unit: f"It rose by about {float(f'{(b - a) / 24:.2g}'):g} {unit} a minute",
}
UNITS = ("ms", "s", "MB", "GiB", "%")
WORSE = {"ms": "s", "s": "ms", "MB": "GB", "GiB": "MB", "%": "ms"}


def is_found(evidence: str, claim: str) -> bool:
    return is_rejected(claim, Seen("metric:1", "metric", evidence, "press"), checks=("numbers", "facts"))


@given(st.sampled_from(LAYOUTS), st.sampled_from(UNITS), st.integers(11, 900), st.integers(1, 900))
@pytest.mark.parametrize("way", SAID)
def test_what_one_step_makes_may_be_said(
    way: str, layout: Callable[[str, str, str], str], unit: str, low: int, rise: int
) -> None:
    high = low + rise
    assert not is_found(layout(f"{low}", f"{high}", unit), SAID[way](low, high, unit))


@given(st.integers(61, 9000), st.sampled_from(["retry_after=", "age: ", "waiting ", "held for "]))
def test_a_bare_number_may_be_told_in_a_larger_unit(seconds: int, head: str) -> None:
    assert not is_found(f"refused by tray 7, {head}{seconds}", f"It is about {seconds / 60:.1f} minutes")


def _changed(dice: random.Random) -> Iterator[tuple[str, str]]:
    for unit in UNITS:
        for layout in LAYOUTS:
            for way in ("end", "more", "times", "percent"):
                low = dice.randint(110, 390)
                high = low + dice.randint(101, 590)
                ten = 10 if way in {"end", "more"} else 1
                evidence = layout(f"{low}", f"{high}", unit)
                yield (
                    evidence,
                    SAID[way](low * ten, high * ten, unit) if ten > 1 else SAID[way](low, high * 10, unit),
                )
                if way in {"end", "more"}:
                    yield evidence, SAID[way](low, high, WORSE[unit])


def test_ten_times_as_much_or_another_unit_is_found() -> None:
    changed = [*_changed(random.Random(5))]
    missed = [one for one in changed if not is_found(*one)]
    assert len(missed) <= 0.05 * len(changed), missed


@pytest.mark.parametrize(
    ("evidence", "good", "bad"),
    [
        ("trays in use 61 (yesterday same hour: 15)", "It is four times yesterday's", "It is nine times yesterday's"),
        ("jam on belt B-11..B-16", "Six belts jammed", "Nine belts jammed"),
        ("press mk3: 12 of 620 up", "608 of the 620 make 3 presses are down", "608 of the 620 make 7 presses are down"),
        ("gap 'sheets_30d' empty", "The 30-day sheets are empty", "The 90-day sheets are empty"),
        ("bay holds 9.97 GiB of 10 GiB", "It is full to within about 30 MiB", "It is full to within about 90 MiB"),
        ("90000 sheets wait, 250/s at most", "That takes six minutes", "That takes 16 minutes"),
        ("trays here 540 at 10:05, 361 at 10:29", "A third of the trays are gone", "Half of the trays are gone"),
        ("tray is 93.5 % full, 400 GB in all", "About 26 GB are left", "About 46 GB are left"),
        ("good sheets 1200/min, torn 3600/min", "A quarter is good", "Half of them are good"),
        ("good 1200/min, torn 3600/min", "Three sheets are torn for every good one", "70 are torn for every good one"),
        ("waits 200ms/400ms/800ms", "It waits 1.4 seconds in all", "It waits 4.1 seconds in all"),
        ("depth 10:05 12, 10:29 251", "It was multiplied by more than twenty", "It was multiplied by more than 70"),
        ("jams: 10:05 12, 10:06 380, 10:07 402", "782 jams in two minutes", "982 jams in two minutes"),
        ("feed delay 0.004 (10:05)", "The delay was 4 ms", "The delay was 9 ms"),
        ("10:29:59 sorting over, elapsed 00:20:10", "Sorting began at 10:09", "Sorting began at 10:15"),
        ("press idle 10:05 to 11:50", "Idle for an hour and three quarters", "Idle for two and a quarter hours"),
        ("press idle 10:05 to 16:05", "Six more hours went by", "Nine more hours went by"),
        ("ink: 5Gi, trays: 5", "It has 5 GiB of ink", "It has 5 MB of ink"),
        ("near 100% fill in the trays", "Fill was close to 100 %", "Close to 100 IP addresses were taken"),
        ("lid at -14.2 s, tray at +0.3 s", "They are 14.5 s apart", "They are 17.5 s apart"),
        ("press 10:42 on, 12:21 off", "Off an hour and forty minutes later", "Off an hour and fifty minutes later"),
        ("0/2 trays are free", "0 of 2 trays are free", "0 of 14 trays are free"),
        ("24600 lids torn", "24 600 lids are torn", "26 400 lids are torn"),
        ("24 600 lids torn", "24,600 lids are torn", "26,400 lids are torn"),
        ("4 bays × 12 presses × 30 lids = 1440", "48 presses in all", "68 presses in all"),
        ("4 bays × 12 presses, lids 1100", "With 48 presses each has at most 22 of 1,100 lids", "A bay has 68 presses"),
        ("lid weight -3127000000000000", "About minus 3.13 quadrillion", "About minus 7.13 quadrillion"),
        ("34 % of lids torn", "One lost EU lid in three was torn", "One lost EU lid in 9 was torn"),
        ("34 % of lids torn", "One of every three lids was torn", "One of every 9 lids was torn"),
        ("2026-08-09 10:05:51,276 on; 2026-08-09 10:05:51,285 off", "Off nine milliseconds later", "Off 40 ms later"),
        ("press 09:10 on, 17:53 off", "On for eight and three quarter hours", "On for five and three quarter hours"),
        ("press 5 stopped", "It stopped between three and ten past", "It stopped for 10 minutes"),
    ],
)  # fmt: skip
def test_names_wholes_sums_and_factors_are_had(evidence: str, good: str, bad: str) -> None:
    assert not is_found(evidence, good)
    assert is_found(evidence, bad)


@pytest.mark.parametrize(
    ("evidence", "good", "bad"),
    [
        ("kiln, lathe and loom stopped", "Three machines stopped", "Nine machines stopped"),
        ("first jam seen. second jam seen. third jam seen", "Three teams saw it", "Eleven teams saw it"),
        (
            "two of the looms broke, then belts, then lids",
            "Three kinds of parts gave way",
            "Three looms broke",
        ),
        ("loom restarts: 9, jams: 4, torn: 2", "Three things are counted", "Three restarts are counted"),
    ],
)
def test_what_is_only_listed_may_be_counted(evidence: str, good: str, bad: str) -> None:
    assert not is_found(evidence, good)
    assert is_found(evidence, bad)


@pytest.mark.parametrize(
    "said",
    ["The 5xx went on", "Hall 2a kept working", "Image 2025b went in", "Presses on firmware 3.1.x jam"],
)
def test_a_number_in_a_name_is_none(said: str) -> None:
    assert not is_found("press mk9 stopped", said)


@pytest.mark.parametrize(
    ("evidence", "good", "bad"),
    [
        ("tray depth (MB): 10:05 120, 10:17 130, 10:29 410", "220 MB on average", "360 MB on average"),
        ("lids arrive at 900/s, 650/s are pressed", "15,000 more wait each minute", "35,000 more wait each minute"),
        ("tray is 87 % full of 500 GB, 3 GB more each hour", "It is full in about 22 hours", "It is full in 9 hours"),
        ("feed delay 10:05 0.12, 10:29 1.92", "The delay was at 1.9 by 10:29", "The delay was at 1.6 by 10:29"),
        ("jams 10:05 12, 10:29 140", "A rise of elevenfold at least", "A rise of thirtyfold at least"),
        ("tray depth (MiB): 10:05 5120, 10:29 128", "128 megabytes at last", "288 megabytes at last"),
        ("37 lids of 8480 torn in the day", "0.4 % of lids in a day are torn", "0.9 % of lids in a day are torn"),
    ],
)  # fmt: skip
def test_averages_and_what_is_left_over_at_a_pace_are_had(evidence: str, good: str, bad: str) -> None:
    assert not is_found(evidence, good)
    assert is_found(evidence, bad)


EVENTS = (
    Seen("deploy:1", "deploy", "10:05 press firmware 3 goes in", "press"),
    Seen("log:1", "log", "10:17 first jam", "press"),
    Seen("log:2", "log", "11:05 belt cleared", "belt"),
)
TRAYS = (
    Seen("log:1", "log", "bay A: tray holds 38Mi, asked 64Mi", "bay"),
    Seen("log:2", "log", "bay B: tray holds 97Mi, asked 64Mi", "bay"),
    Seen("log:3", "log", "bay C: tray holds 75Mi, asked 64Mi", "bay"),
)
DELAYS = (
    Seen(
        "metric:1", "metric", "feed delay p95 (s): 10:05 0.012, 10:10 0.018, 10:15 0.48, 10:20 0.095", "press"
    ),
)
LISTED = (
    Seen("log:1", "log", "Seventh jam. Lids, belts and 1 more part torn", "belt"),
    Seen("metric:1", "metric", "availability: 87.5; calls 24; call time 12232 us", "belt"),
)
JAMS = (
    Seen("alert:1", "alert", "97 % of lids torn, lids 4 in 9", "belt"),
    Seen("metric:1", "metric", "jams: belt-a 13, belt-b 11, belt-c 6", "belt"),
)


@pytest.mark.parametrize(
    ("seen", "good", "bad"),
    [
        (EVENTS, "Cleared only 48 after it jammed", "Cleared only 41 after it jammed"),
        (EVENTS, "Clearing took four times as long as jamming", "Clearing took nine times as long as jamming"),
        (EVENTS, "From 10:05 to 11:05 are 60 minutes, clearing took 36 minutes more", "Clearing took 23 minutes more"),
        (TRAYS, "38, 97 and 75Mi, 210Mi together", "38, 97 and 75Mi, 290Mi together"),
        (TRAYS, "210Mi are held, against 192Mi asked for", "210Mi are held, against 132Mi asked for"),
        (DELAYS, "One of four samples is above 200 ms", "One of four samples is above 700 ms"),
        (DELAYS, "The delay never exceeds 500 ms", "The delay never exceeds 2 ms"),
        (DELAYS, "One call in 20 took longer than the p95", "One call in 11 took longer than the p95"),
        (JAMS, "Roughly 32 torn lids to each good one", "Roughly 53 torn lids to each good one"),
        (JAMS, "Thirty jams in all on the belts", "Thirty-nine jams in all on the belts"),
        (DELAYS, "Peak over base: 95 / 12 ≈ 7.9", "Peak over base: 75 / 32 ≈ 7.9"),
        (EVENTS, "Cleared two minutes short of 50 after the jam", "Cleared two minutes short of 40 after the jam"),
        (LISTED, "Six of the seven jams came later", "Six of the twelve jams came later"),
        (LISTED, "Three parts were torn", "Nine parts were torn"),
        (LISTED, "Three of 24 calls failed", "Eleven of 24 calls failed"),
        (LISTED, "A call takes 12.2 ms or less", "A call takes 11.2 ms or less"),
        (LISTED, "Jams are counted in two digits", "Jams are counted in 19 trays"),
        (DELAYS, "480 over 12 ms is a factor of forty", "480 over 12 ms is a factor of seventy"),
    ],
)  # fmt: skip
def test_what_a_claim_makes_of_two_durations_of_all_pieces_or_of_its_own_numbers(
    seen: tuple[Seen, ...], good: str, bad: str
) -> None:
    assert not is_rejected(good, *seen, checks=("numbers",))
    assert is_rejected(bad, *seen, checks=("numbers",))
