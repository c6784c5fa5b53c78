"""The words, signs and colours by which monitoring tools say how things stand.

A closed vocabulary taken from the tools' own documentation, read without regard to case. It does not know
grammar: callers decide where in a post a word counts (a state field, a prefix, the end of a title).
"""

import colorsys
import re
from enum import StrEnum

from bot.investigation.alert import Severity
from bot.senders import abroad


class Status(StrEnum):
    """How the sender says the trouble stands."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


_FIRING = (
    "firing fired fire triggered re-triggered retriggered renotify re-notify trigger alert alerting alarm "
    "in_alarm problem open opened reopened critical crit down fail failing failed failure unhealthy unreachable "
    "offline degraded active activated ongoing started breached breach violated warn warning nodata no_data "
    "insufficient_data error fatal emergency disaster outage unresolved escalated new created late stopped "
    "unknown major minor abnormal anomaly incident detected investigating identified page high exceeded overdue "
    "missed red trouble raised unstable declared regressed regression escalating missing_data unavailable not_ok "
    "impaired partial_outage major_outage disconnected degraded_performance dead sick health_err health_warn paging "
    "violation violating unacknowledged un-acknowledged err"
)
_RESOLVED = (
    "health_ok resolved recovered recovery recovers recover ok okay up closed close cleared clear normal healthy "
    "inactive deactivated restored ended online passing fixed operational success succeeded green completed "
    "back_to_normal no_longer back_up back_online auto-resolved autoresolved solved stable all_clear reconnected"
)
_ACKNOWLEDGED = (
    "acknowledged acked ack acknowledgement snoozed silenced muted assigned monitoring accepted in_progress"
)
_STATUS = {
    **dict.fromkeys((_FIRING + " " + abroad.FIRING).split(), Status.FIRING),
    **dict.fromkeys((_RESOLVED + " " + abroad.RESOLVED).split(), Status.RESOLVED),
    **dict.fromkeys((_ACKNOWLEDGED + " " + abroad.ACKNOWLEDGED).split(), Status.ACKNOWLEDGED),
}

_OF_CONTAINERS = {  # Kubernetes' reasons: what happened, and a state only where one stands ("entered status Running")
    **dict.fromkeys(
        "crashloopbackoff imagepullbackoff errimagepull oomkilled evicted notready createcontainerconfigerror "
        "createcontainererror runcontainererror invalidimagename".split(),
        Status.FIRING,
    ),
    **dict.fromkeys("running ready".split(), Status.RESOLVED),
}

SHOUTED_ABROAD = "|".join(
    re.escape(word.upper().replace("_", " "))
    for word in f"{abroad.FIRING} {abroad.RESOLVED} {abroad.ACKNOWLEDGED}".split()
)

_SEVERITY = {
    **{word: Severity(said) for said, listed in abroad.SEVERITIES.items() for word in listed.split()},
    **dict.fromkeys(
        "critical crit fatal emergency emerg disaster page urgent blocker severe highest p0 p1 sev0 sev1 s1".split(),
        Severity.CRITICAL,
    ),
    **dict.fromkeys("high major p2 sev2 s2".split(), Severity.HIGH),
    **dict.fromkeys("error err health_err".split(), Severity.ERROR),
    **dict.fromkeys("medium moderate average p3 sev3 s3".split(), Severity.MEDIUM),
    **dict.fromkeys("warning warn health_warn".split(), Severity.WARNING),
    **dict.fromkeys("low minor p4 sev4 s4".split(), Severity.LOW),
    **dict.fromkeys("info information informational notice p5 sev5 debug".split(), Severity.INFO),
}

OF_WORK = frozenset(
    "open opened new closed active started created assigned completed late in ended monitoring".split()
) | {"in progress"}  # states that any ticket, contract or campaign has
OF_RUNS = frozenset(
    "failed failure error red breached late overdue escalated missed success succeeded ok green".split()
)  # … and that projects, builds and reports have

BAD_SIGNS = (
    "💔 🔴 🟥 🔥 🚨 ❗ ‼ ❌ ⛔ 💥 ⚠ 🟠 🟡 🛑 📉 🆘 ☠ ⏰ :fire: :rotating_light: :red_circle: :large_red_circle: :x: "
    ":warning: :bangbang: :exclamation: :heavy_exclamation_mark: :boom: :no_entry: :alert: :siren: :alarm: :skull: "
    ":large_orange_circle: :large_yellow_circle: :octagonal_sign: :sos: :red_square: :large_red_square: "
    ":heavy_multiplication_x: :arrow_down:"
).split()
GOOD_SIGNS = (
    "✅ 🟢 💚 ☑ ✔ 🟩 🆗 :white_check_mark: :large_green_circle: :green_circle: :heavy_check_mark: :green_heart: :ok: "
    ":ballot_box_with_check: :large_green_square: :green_square: :check: :arrow_up:"
).split()

_NAMED_COLOURS = {
    "danger": "a30200",
    "warning": "daa038",
    "good": "2eb886",
    "red": "ff0000",
    "green": "00ff00",
}
_HEX = re.compile(r"^[0-9a-fA-F]{6}$")
_HUMP = re.compile(r"[A-Z][a-z]+")
_HUMPED = re.compile(
    r"(?:Resolved|Recovered|Triggered|Closed|Cleared|Missing|Acknowledged)(?:[A-Z][a-z]+){1,3}"
)
_LEVEL = re.compile(r"^(sev(?:erity)?|p(?:riority)?)[\s:_-]*([0-5])$")


def status_of(word: str) -> Status | None:
    """Return what one word (or "no data", "back to normal") says, or None when it says nothing.

    Words run together ("ResolvedCritical") say what the first of them that is not about firing says.
    """
    whole = _STATUS.get(_key(word))
    if whole or not _HUMPED.fullmatch(word.strip()):  # "OperationalError" is a name, not a state
        return whole
    parts = [_STATUS.get(part.lower()) for part in _HUMP.findall(word)]
    if None in parts:
        return None
    return next((each for each in parts if each is not Status.FIRING), Status.FIRING)


def entered_state(word: str) -> Status | None:
    """Return what a word says of something that entered it: a state of any kind, or one that containers have."""
    return status_of(word) or _OF_CONTAINERS.get(_key(word))


def severity_of(word: str) -> Severity | None:
    """Return the severity one word names ("critical", "P2", "SEV-1"), or None."""
    key = _key(word)
    level = _LEVEL.match(key.replace("_", " "))
    if level:
        return _SEVERITY.get(("sev" if level.group(1).startswith("s") else "p") + level.group(2))
    return _SEVERITY.get(key)


def severity_in(text: str) -> Severity | None:
    """Return the severity of the first word of a short value that names one ("P1 - Critical")."""
    whole = severity_of(text)
    if whole:
        return whole
    return next(filter(None, (severity_of(word) for word in re.split(r"[\s,/|()\[\]*`]+", text[:80]))), None)


def scored_severity(text: str) -> Severity | None:
    """Return the severity of a score of at most ten, as CVSS counts; five and below may as well be a rank."""
    score = float(text) if re.fullmatch(r"\d{1,2}(?:\.\d)?", text.strip()) else 0
    if not 5 < score <= 10:
        return None
    return Severity.CRITICAL if score >= 9 else Severity.HIGH if score >= 7 else Severity.MEDIUM


def colour_status(colour: str) -> Status | None:
    """Return what an attachment's bar says: red and orange burn, green is well, the rest says nothing."""
    value = _NAMED_COLOURS.get(colour.strip().lower(), colour.strip().lstrip("#"))
    if len(value) == 3:
        value = "".join(digit * 2 for digit in value)
    if not _HEX.match(value):
        return None
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.25 or not 0.08 < lightness < 0.95:
        return None
    degrees = hue * 360
    if degrees < 60 or degrees > 335:
        return Status.FIRING
    return Status.RESOLVED if 80 < degrees < 175 else None


def sign_status(text: str) -> Status | None:
    """Return what the first telling emoji of *text* says, as a character or as its :name:."""
    places = [(text.find(sign), Status.FIRING) for sign in BAD_SIGNS]
    places += [(text.find(sign), Status.RESOLVED) for sign in GOOD_SIGNS]
    seen = [place for place in places if place[0] >= 0]
    return min(seen, key=lambda place: place[0])[1] if seen else None


def either(*phrases: str) -> re.Pattern[str]:
    """Return a pattern of whole words: any of *phrases*, each a pattern of its own, in any case."""
    return re.compile(r"\b(?:" + "|".join(phrases) + r")(?!\w)", re.IGNORECASE)


def _key(word: str) -> str:
    return re.sub(r"[\s_]+", "_", word.strip(" \t\n*_`[](){}:.,!|\"'“”").lower())
