"""What a change notice says went out: which service, which version, by whom; and whether anything went out at all.

Deploys, releases, rollouts, flags and configuration take effect in production; pull requests, builds, comments and
issues do not. A failed deploy counts: half of it may be out. It reads words alone and knows no tool's API.
"""

import re
from dataclasses import replace

from bot.senders.post import Post
from bot.senders.reading import Reading
from bot.senders.slack_text import plain
from bot.senders.titles import clean_title
from bot.senders.words import either

_EFFECT = either(
    r"deploy(?:ed|ing|s|ment|ments)?",
    r"release[sd]?|rolled (?:out|back)|rollout|rollback|promoted|shipped",
    r"(?:feature )?flag|turned (?:on|off)|toggled",
    r"config(?:uration)? (?:change[ds]?|updated|applied)|terraform|ran apply|apply complete|run applied",
    r"migrations? (?:\S+ )?(?:applied|ran|finished|complete[d]?)",
    r"synced|sync (?:succeeded|failed)|running new version|upgraded|scaled (?:up|down|to)|restarted",
)
_NAME = r"[*`\"“]?([A-Za-z][\w-]*(?:[./][\w-]+)*)[*`\"”]?"
_PLACE_WORDS = frozenset(
    "to in for of on at by from the a an new production prod staging stage live was is has and with successfully "
    "started finished succeeded failed completed queued created notification notice complete success failure now "
    "version workflow pipeline build release".split()
)
_DID = r"(?:was |has been |is )?(?:successfully )?(?:deployed|released|rolled|upgraded|promoted|shipped)\b"
_DOING = (
    r"\b(?:deploy(?:ed|ing|ment)?|released?|rolled (?:out|back)|rollout|rollback|upgraded?|promoted|shipped)"
)
_ENDED = r"(?:failed|succeeded|finished|started|completed?)"
_SERVICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bapplication\s+{_NAME}",
        rf"\b(?:service|app|component):?\s+{_NAME}",
        rf"{_DOING}\s+{_ENDED}:\s+{_NAME}",
        rf"^\W*{_NAME}[:,]?\s+(?:(?:release|version)\s+)?(?:v?\d[\w.+-]*\s+)?{_DID}",
        rf"{_DOING}\s+(?:of\s+)?(?:the\s+)?{_NAME}",
        r"(?:^|[\s\[(/])[A-Za-z][\w.-]{1,60}/([A-Za-z][\w.-]{1,80})(?=[\s\])#:@,]|$)",
    )
)
_REPOSITORY = re.compile(r"//(?:www\.)?(?:github|gitlab|bitbucket)\.[\w.]+/[\w.-]+/([\w.-]+)")
_VERSION = re.compile(r"(?<![\w./-])(v?\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?|v\d+)(?![\w/]|\.\d)")
_COMMIT = re.compile(r"(?<![\w-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])([0-9a-f]{7,40})(?![\w-])")
_AUTHOR = re.compile(r"\bby\s+@?([A-Za-z][\w.-]{1,39}(?:\s[A-Z][\w.]{0,30})?)")


def change_told(post: Post, reading: Reading) -> Reading:
    """Return *reading* of a change with its service, and version, author and effect ("yes") among its labels."""
    lines = [
        reading.title,
        *(plain(line) for line in post.lines[:4]),
        *(plain(each) for each in post.fallbacks),
    ]
    heads = [line[:300] for line in dict.fromkeys(lines) if line]
    text = "\n".join(heads)
    version, author = _COMMIT.search(text) or _VERSION.search(text), _AUTHOR.search(text)
    told = {
        "version": version.group(1) if version else "",
        "author": author.group(1).rstrip(".") if author else "",
        "effect": "yes" if _EFFECT.search(text) else "",
    }
    return replace(
        reading,
        title=_title(reading.title, heads),
        source=post.sender or reading.source,
        service=reading.service or _service(post, heads),
        labels={**reading.labels, **{name: value for name, value in told.items() if value}},
    )


def _title(title: str, heads: list[str]) -> str:
    """Return *title*, or the line that says what happened when the title is only a name ("ledger")."""
    if " " in title:
        return title
    return next((clean_title(line) for line in heads if _EFFECT.search(line)), title)


def _service(post: Post, heads: list[str]) -> str:
    for pattern in _SERVICES:
        for line in heads:
            for match in pattern.finditer(line):
                name = match.group(1).rsplit("/", maxsplit=1)[-1]
                if name.lower() not in _PLACE_WORDS and not _VERSION.fullmatch(name):
                    return name
    linked = next(filter(None, (_REPOSITORY.search(url) for url in post.urls)), None)
    return linked.group(1) if linked else ""
