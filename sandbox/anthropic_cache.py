"""The prefix cache of the scripted Messages API: what a request reads and writes, by its cache marks.

Tokens are estimated by size, as good as any for proving that usage is accounted for. Caches are per model and
are kept five minutes; prefixes shorter than 512 tokens are not cached.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_S = 300.0
SHORTEST = 512
BYTES_A_TOKEN = 3.2


@dataclass(frozen=True, slots=True)
class Counted:
    """The prompt's tokens: fresh, written to the cache, read from it."""

    fresh: int
    written: int
    read: int


@dataclass(slots=True)
class PrefixCache:
    """What each model has cached. *clock* is monotonic seconds."""

    clock: Callable[[], float]
    _until: dict[tuple[str, str], float] = field(default_factory=dict)

    def count(self, body: Mapping[str, Any]) -> Counted:
        """Return what *body* reads and writes, and remember what it writes."""
        model = str(body.get("model"))
        now = self.clock()
        total = read = marked = 0
        seen = hashlib.sha256()
        for block, is_marked in _blocks(body):
            seen.update(block)
            total += len(block)
            tokens = int(total / BYTES_A_TOKEN)
            key = (model, seen.hexdigest())
            if self._until.get(key, 0.0) > now:
                read = tokens
            if is_marked and tokens >= SHORTEST:
                marked = tokens
                self._until[key] = now + KEPT_S
        tokens = max(1, int(total / BYTES_A_TOKEN))
        return Counted(fresh=tokens - max(marked, read), written=max(0, marked - read), read=read)


def _blocks(body: Mapping[str, Any]) -> Iterator[tuple[bytes, bool]]:
    """Yield the prompt's blocks in the order that the cache sees them, and whether each ends a cached prefix."""
    system = body.get("system") or []
    yield json.dumps((body.get("output_config") or {}).get("format")).encode(), False
    blocks = [*(body.get("tools") or [])]
    blocks += [{"type": "text", "text": system}] if isinstance(system, str) else system
    for message in body.get("messages") or []:
        content = message.get("content")
        blocks += [{"role": message.get("role")}]
        blocks += [{"type": "text", "text": content}] if isinstance(content, str) else content
    for block in blocks:
        bare = {key: value for key, value in block.items() if key != "cache_control"}
        yield json.dumps(bare, sort_keys=True).encode(), "cache_control" in block
