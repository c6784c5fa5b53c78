"""Cut a diff down to the hunks that matter for what was reported.

Pure. A hunk scores by the rare words it shares with the alert and the errors, by touching what such a symptom
usually points to, and by looking like a setting (numbers, limits, addresses); documents and tests come last.
Whole hunks are kept in the order of the diff; a hunk that alone is too long is cut around its changed lines.
"""

import re
from collections import Counter
from dataclasses import dataclass

from tools.change_kind import changed_lines, is_idle
from tools.symptoms import concerns
from tools.words import words

_SETTING = re.compile(
    r"timeout|limit|pool|max|min|size|ttl|retr|replica|memory|cpu|host|port|url|key|cert|version|image|password"
    r"|secret|enable|disable|flag|=\s*[\d\"']|:\s*[\d\"']",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One stretch of changed lines in one file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class CutDiff:
    """The hunks that were kept, as text, and how many there were in all."""

    text: str
    kept: int
    total: int


def telling(diff: str, *, text: str, max_bytes: int) -> CutDiff:
    """Return the hunks of *diff* that matter most for *text*, within *max_bytes*."""
    hunks = split(diff)
    scores = _scores(hunks, text)
    chosen: set[int] = set()
    left = max_bytes
    for number in sorted(range(len(hunks)), key=lambda each: (-scores[each], each)):
        size = len(_shown(hunks[number]).encode()) + 1
        if size <= left:
            chosen.add(number)
            left -= size
    if hunks and not chosen:
        best = max(range(len(hunks)), key=lambda each: scores[each])
        return CutDiff(_squeezed(hunks[best], max_bytes), 1, len(hunks))
    kept = [hunks[number] for number in sorted(chosen)]
    return CutDiff("\n".join(_joined(kept)), len(kept), len(hunks))


def split(diff: str) -> list[Hunk]:
    """Return the hunks of a unified diff, each with the path of its file; text without headers is one hunk."""
    hunks: list[Hunk] = []
    path, lines = "", list[str]()

    def done() -> None:
        if any(line[:1] in {"+", "-"} for line in lines):
            hunks.append(Hunk(path, "\n".join(lines)))
        lines.clear()

    for line in diff.splitlines():
        if line.startswith(("diff --git ", "--- ")) or (line.startswith("+++ ") and not lines):
            done()
            path = _path(line) or path
        elif line.startswith("@@"):
            done()
            lines.append(line)
        elif lines or line[:1] in {"+", "-", " "}:
            lines.append(line)
    done()
    return hunks


def _path(line: str) -> str:
    named = (
        line.rsplit(maxsplit=1)[-1] if line.startswith("diff --git ") else line[4:].split("\t", maxsplit=1)[0]
    )
    return "" if named == "/dev/null" else re.sub(r"^[ab]/", "", named)


def _scores(hunks: list[Hunk], text: str) -> list[float]:
    spoken = set(words(text))
    touched = {word for concern, _ in concerns(text) for word in concern.touched}
    said = [set(words("\n".join([hunk.path, *changed_lines(hunk.text)]))) for hunk in hunks]
    seen = Counter(word for each in said for word in each)
    scores: list[float] = []
    for hunk, each in zip(hunks, said, strict=True):
        shared = sum(1 / seen[word] for word in each & spoken)
        score = 2 * shared + min(2.0, 0.5 * len(each & touched))
        score += 0.5 * bool(_SETTING.search("\n".join(changed_lines(hunk.text))))
        scores.append(score * 0.1 if is_idle(hunk.path) else score)
    return scores


def _shown(hunk: Hunk) -> str:
    return f"--- {hunk.path}\n{hunk.text}" if hunk.path else hunk.text


def _joined(hunks: list[Hunk]) -> list[str]:
    shown: list[str] = []
    path = None
    for hunk in hunks:
        if hunk.path and hunk.path != path:
            shown.append(f"--- {hunk.path}")
        path = hunk.path
        shown.append(hunk.text)
    return shown


def _squeezed(hunk: Hunk, max_bytes: int) -> str:
    """Return the changed lines of a hunk that is too long, as many as fit."""
    kept: list[str] = [f"--- {hunk.path}"] if hunk.path else []
    left = max_bytes - len("\n".join(kept).encode()) - len("\n[… cut]".encode())
    for line in changed_lines(hunk.text):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "[… cut]"])
