"""From skeletons to templates: which words in a value's place are values, seen over many lines at once.

The idea is Brain's (Yu et al., 2023), simplified: lines of one length share a template when they share the words
that occur most alike; in the places where they differ, few distinct words are part of the program's text and
many are values. Rules for the unclear middle: words after `=` or after "user", "host", "path" and the like are
values, words in capitals and booleans are not. It knows no time and no service.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tools.log_digest_words import VALUE, skeleton

Skeleton = tuple[str, ...]
FEW = 4  # so many distinct words in one place may still be the program's own
_NAMED = frozenset("user username host hostname file path url id named".split())
_BOOLEANS = frozenset("true false yes no on off".split())


def template_ids(texts: Iterable[str]) -> list[int]:
    """Return a number for each text, equal for texts of one template; numbers in order of appearance."""
    skeletons = [skeleton(text) for text in texts]
    key_of = grouped(Counter(skeletons))
    numbers: dict[Skeleton, int] = {}
    number_of_key: dict[object, int] = {}
    for each, key in key_of.items():
        numbers[each] = number_of_key.setdefault(key, len(number_of_key))
    return [numbers[each] for each in skeletons]


def grouped(counts: Mapping[Skeleton, int]) -> dict[Skeleton, object]:
    """Return for each skeleton the key of its template; *counts* tells how many lines had it."""
    by_length: dict[int, list[Skeleton]] = defaultdict(list)
    for each in counts:
        by_length[len(each)].append(each)
    keys: dict[Skeleton, object] = {}
    for length, members in by_length.items():
        for root, alike in _by_root(members, counts).items():
            _split(alike, (length, root), keys)
    return keys


def shown(texts: Sequence[str]) -> str:
    """Return a template for people: the words that all *texts* share, a mark for what differs or holds digits."""
    rows = [text.split() for text in texts]
    if not rows:
        return ""
    if any(len(row) != len(rows[0]) for row in rows):
        rows = rows[:1]
    columns = [set(words) for words in zip(*rows, strict=True)]
    words = [min(each) if len(each) == 1 and not _has_digit(min(each)) else VALUE for each in columns]
    return " ".join(
        word for place, word in enumerate(words) if word != VALUE or words[place - 1 : place] != [VALUE]
    )


def _has_digit(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _by_root(
    members: Sequence[Skeleton], counts: Mapping[Skeleton, int]
) -> dict[tuple[object, ...], list[Skeleton]]:
    """Group skeletons of one length by the words in place that occur equally often in most places."""
    frequency: Counter[tuple[int, str]] = Counter()
    for each in members:
        for place, word in enumerate(each):
            if word != VALUE:
                frequency[place, word] += counts[each]
    roots: dict[tuple[object, ...], list[Skeleton]] = defaultdict(list)
    for each in members:
        places = [(place, word) for place, word in enumerate(each) if word != VALUE]
        often = Counter(frequency[each] for each in places if _is_word(each[1]))
        if not often:
            roots[each].append(each)  # nothing but values and signs: it stands for itself
            continue
        most = max(often.values())
        chosen = max(frequent for frequent, times in often.items() if times == most)
        roots[(chosen, *(each for each in places if frequency[each] == chosen))].append(each)
    return roots


def _split(alike: list[Skeleton], key: tuple[object, ...], keys: dict[Skeleton, object]) -> None:
    """Give all of *alike* one key, or part them where they differ in words of the program's own text."""
    best: tuple[int, int] | None = None
    if len(alike) > 1:
        for place, words in enumerate(zip(*alike, strict=True)):
            distinct = set(words)
            if len(distinct) > 1 and not _are_values(distinct, place, alike[0]):
                best = min(best or (len(distinct), place), (len(distinct), place))
    if best is None:
        keys.update(dict.fromkeys(alike, key))
        return
    parts: dict[str, list[Skeleton]] = defaultdict(list)
    for each in alike:
        parts[each[best[1]]].append(each)
    for word, part in parts.items():
        _split(part, (*key, (best[1], word)), keys)


def _are_values(distinct: set[str], place: int, line: Skeleton) -> bool:
    if VALUE in distinct:
        return True
    if not any(_is_word(word) for word in distinct):
        return False
    if len(distinct) > FEW:
        return True
    if all(word.isupper() for word in distinct) or all(word.lower() in _BOOLEANS for word in distinct):
        return False
    before = line[place - 1] if place else ""
    if line[place + 1 : place + 3] == (":", VALUE) and all("." in word for word in distinct):
        return True  # a host and its port
    return before == "=" or before.lower() in _NAMED


def _is_word(piece: str) -> bool:
    return any(sign.isalpha() for sign in piece)
