"""Rank deployments by how much speaks for each as the cause, and accuse none when nothing does.

Pure: no clock, no source. What counts: how shortly before the onset it went out, rare words that the alert or
the errors share with its title, paths and changed lines, whether it touches what such a symptom usually points
to, the kind of change and how far it reaches, and whose service it is. However fresh, a change that nothing links
to the trouble (no rare word, no concern, no service) is not accused. It does not prove anything; it orders
what a person should look at first, and says why.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tools.change_kind import Change, Kind, changed_lines, read
from tools.from_onset import from_onset
from tools.other_causes import other_cause
from tools.symptoms import Concern, concerns, without_questions
from tools.telemetry import Deployment
from tools.words import spelled, words

SKEW = timedelta(minutes=10)  # clocks differ, and a rollout may finish after the first report
HALF = timedelta(hours=3)  # after so long a deployment is half as suspect
SLOW = frozenset(
    {"cluster", "cluster add-on", "network", "nodes"}
)  # their upgrades show as nodes are replaced
SLOW_HALF = timedelta(hours=24)
ACCUSED_FROM = 0.37
LINKED = 0.15  # what one word of the trouble and one of the title make; below it time and reach accuse nobody
CLOSE = 0.6  # beside the first suspect only those are accused that come close to it
UNRELATED = 0.6  # what is reported is known, and nothing in the change has to do with it
ELSEWHERE = 0.5  # the report itself names a cause that no deployment brings about
RISK = {
    Kind.NOTHING: 0.03,
    Kind.PIPELINE: 0.12,
    Kind.TOOLING: 0.25,
    Kind.PIN: 0.45,
    Kind.REVERT: 0.5,
    Kind.UNKNOWN: 0.5,
    Kind.CONFIG: 0.7,
    Kind.CODE: 0.75,
    Kind.BUMP: 0.9,
}
GENERIC = frozenset(
    words(
        "alert alerts caused create created degraded deploy deployed deployment deployments error errors fail failed "
        "failure incident issue issues message messages new number problem problems production recent report reported "
        "run running service services still system unable update use used user users version work working",
        whole=False,
    )
)
WIDE = 0.5  # how much it speaks for a change that everything passes through what it is about
WIDE_BESIDE = 0.25  # … through what some of its lines touch
STRENGTH = (0.3, 0.45, 0.6)  # of one, two, three and more words that point to what a change touches
COMMON = math.log(2)  # the weight of a word that half of the changes hold: a folder's name, as a rule
FULL_WORDS = 8.0  # shared word weight (in idf) at which words count nearly in full


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One deployment and what speaks for it: *score* 0..1, *reasons* in words, *accused* when enough does.

    *linked* 0..1: what its words, what it touches and its service have to do with the trouble.
    """

    deployment: Deployment
    score: float
    accused: bool
    reasons: tuple[str, ...]
    linked: float = 0.0


def ranked(
    deployments: Sequence[Deployment], *, text: str, onset: datetime, service: str = ""
) -> tuple[Suspicion, ...]:
    """Return the deployments that can have caused it, most suspect first.

    *text* is the alert's and, where there are any, the errors'; *service* the alert's, or empty. Those that
    went out later than a clock may be wrong are left out: a cause comes before its effect.
    """
    able = [each for each in deployments if each.at <= onset + SKEW]
    corpus = [_vocabulary(each) for each in able]
    rarity = _rarity(corpus)
    told = without_questions(text)
    evidence = _Asked(spelled(told), concerns(told), service, onset, other_cause(told))
    weighed = [_weighed(each, said, rarity, evidence) for each, said in zip(able, corpus, strict=True)]
    weighed.sort(key=lambda each: (-each.score, -each.deployment.at.timestamp()))
    bar = max(ACCUSED_FROM, CLOSE * weighed[0].score) if weighed else ACCUSED_FROM
    return tuple(replace(each, accused=each.score >= bar and each.linked >= LINKED) for each in weighed)


def accused(suspicions: Sequence[Suspicion]) -> tuple[Suspicion, ...]:
    """Return those with enough against them, possibly none."""
    return tuple(each for each in suspicions if each.accused)


def _vocabulary(deployment: Deployment) -> dict[str, float]:
    """Return the words of a deployment and how prominently each stands there, 0..1."""
    said: dict[str, float] = {}
    for line in changed_lines(deployment.diff)[:400]:
        said.update(dict.fromkeys(words(line[:400]), 0.6))
    for file in deployment.files:
        said.update(dict.fromkeys(words(file.path), 0.8))
    said.update(dict.fromkeys(words(deployment.title), 1.0))
    return said


def _rarity(corpus: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return each word's weight: rare among these deployments counts much, in every one of them nothing."""
    seen = Counter(word for said in corpus for word in said)
    count = len(corpus)
    return {word: math.log((count + 1) / (times + 0.5)) for word, times in seen.items()}


def _telling(rarity: dict[str, float]) -> float:
    """Return the weight from which a word tells one change from the others."""
    return min(COMMON, max(rarity.values(), default=0.0))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of the trouble."""

    words: dict[str, str]  # as they were spelled
    concerns: tuple[tuple[Concern, int], ...]
    service: str
    onset: datetime
    elsewhere: str


def _weighed(
    deployment: Deployment, said: dict[str, float], rarity: dict[str, float], asked: _Asked
) -> Suspicion:
    change = read(deployment)
    minutes = (asked.onset - deployment.at).total_seconds() / 60
    shared = _shared(said, rarity, asked.words)
    weight = sum(each for _, each in shared)
    concern, points = _pointed_at(asked.concerns, said, rarity)
    theirs, of_service = _of_service(deployment, asked.service, said, rarity)
    spoken = 1 - math.exp(-weight / FULL_WORDS)
    link = 1 - (1 - spoken) * (1 - points) * (1 - theirs)
    support = 1 - (1 - link) * (1 - _width(change))
    score = _nearness(minutes, change) * RISK[change.kind] * (0.25 + 0.75 * support)
    reasons = [_when(minutes), str(change.kind)]
    if shared:
        reasons.append(
            "shares words with the trouble: " + ", ".join(asked.words[word] for word, _ in shared[:4])
        )
    reasons += [concern] if concern else []
    if change.wide:
        reasons.append("touches " + ", ".join(change.wide[:3]))
    reasons += [of_service] if of_service else []
    if asked.concerns and not concern and weight < 1:
        score *= UNRELATED
        reasons.append("names nothing of what is reported")
    if asked.elsewhere:
        score *= ELSEWHERE
        reasons.append(f"the report speaks of {asked.elsewhere}")
    return Suspicion(
        deployment, round(score, 4), accused=False, reasons=tuple(reasons), linked=round(link, 4)
    )


def _width(change: Change) -> float:
    if change.titled:
        return WIDE
    return WIDE_BESIDE if change.wide else 0.0


def _nearness(minutes: float, change: Change) -> float:
    slow = change.kind is Kind.BUMP and not SLOW.isdisjoint(change.titled)
    half = SLOW_HALF if slow else HALF
    return 1 / (1 + max(0.0, minutes) / (half.total_seconds() / 60))


def _shared(
    said: dict[str, float], rarity: dict[str, float], asked: Iterable[str]
) -> list[tuple[str, float]]:
    found = [
        (word, said[word] * max(0.0, rarity[word]))
        for word in asked
        if word in said and word not in GENERIC and not word.isdigit()
    ]
    return sorted((each for each in found if each[1] > 0), key=lambda each: (-each[1], each[0]))


def _pointed_at(
    spoken_of: Sequence[tuple[Concern, int]], said: dict[str, float], rarity: dict[str, float]
) -> tuple[str, float]:
    """Return the concern that a change touches most, and how much; words in every change (a folder) touch nothing."""
    best = ("", 0.0)
    bar = _telling(rarity)
    for concern, times in spoken_of:
        touched = sum(said[word] for word in concern.touched if word in said and rarity[word] >= bar)
        strength = STRENGTH[min(times, len(STRENGTH)) - 1] * (1 - math.exp(-touched))
        if strength > best[1]:
            best = (f"touches what {concern.name} trouble often comes from", strength)
    return best


def _of_service(
    deployment: Deployment, service: str, said: dict[str, float], rarity: dict[str, float]
) -> tuple[float, str]:
    if not service:
        return 0.0, ""
    if deployment.service:
        same = deployment.service.casefold() == service.casefold()
        return (0.6, f"deploys {service} itself") if same else (0.0, "")
    named = set(words(service))
    if not named or not named <= said.keys() or max(rarity[word] for word in named) < _telling(rarity):
        return 0.0, ""
    return 0.4, f"names {service}"


def _when(minutes: float) -> str:
    late = " (clock skew or a rollout still running)" if minutes <= -1 else ""
    return f"{from_onset(minutes)}{late}"
