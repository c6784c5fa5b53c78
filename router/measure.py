"""How long a prompt is and which of its prefixes were seen before, without counting tokens at the vendor.

Sizes are estimates from bytes: the vendor's tokenizer is not public. It knows no prices and no policy.
The digest of a prompt is what the audit keeps instead of its words.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from router.messages import Ask, Message, Text, Thinking, ToolResult, ToolUse

# Bytes a token, measured by others on English prose and logs; 5.x models count about 30 % more tokens than
# older ones. The dense end (identifiers, hex) is what a reservation must cover.
USUAL_BYTES = 3.2
DENSE_BYTES = 2.0
PER_MESSAGE = 8  # tokens of framing


@dataclass(frozen=True, slots=True)
class Measured:
    """A prompt's size in tokens (expected and at most), its *prefixes* (digest, expected tokens), its digest.

    *prompt* is the version of the words that we wrote: it changes with the system prompt and the schema alone.
    """

    tokens: int
    worst: int
    size: int
    prefixes: tuple[tuple[bytes, int], ...]
    prompt: str

    @property
    def digest(self) -> str:
        """The whole prompt's digest."""
        return self.prefixes[-1][0].hex()[:32]


def measure(ask: Ask) -> Measured:
    """Measure *ask*: tools, schema and system are the first prefix, then one a message."""
    seen = hashlib.sha256()
    size = 0
    messages = 0
    prefixes: list[tuple[bytes, int]] = []
    ours = tuple(_ours(ask))
    for piece in (*_tools(ask), *ours):
        seen.update(piece)
        size += len(piece)
    prefixes.append((seen.digest(), _tokens(size, 0)))
    for message in ask.messages:
        messages += 1
        for piece in _pieces(message):
            seen.update(piece)
            size += len(piece)
        prefixes.append((seen.digest(), _tokens(size, messages)))
    worst = math.ceil(size / DENSE_BYTES) + PER_MESSAGE * messages
    return Measured(_tokens(size, messages), worst, size, tuple(prefixes), _version(ours))


def _tokens(size: int, messages: int) -> int:
    return math.ceil(size / USUAL_BYTES) + PER_MESSAGE * messages


@lru_cache(maxsize=64)
def _version(ours: tuple[bytes, ...]) -> str:
    return hashlib.sha256(b"\0".join(ours)).hexdigest()[:8]


def _tools(ask: Ask) -> Iterator[bytes]:
    for tool in ask.tools:
        yield f"{tool.name}\0{tool.description}\0".encode("utf-8", "replace")
        yield json.dumps(tool.schema).encode()


def _ours(ask: Ask) -> Iterator[bytes]:
    if ask.schema is not None:
        yield json.dumps(ask.schema).encode()
    yield ask.system.encode("utf-8", "replace")


def _pieces(message: Message) -> Iterator[bytes]:
    yield message.role.encode()
    for part in message.parts:
        match part:
            case Text(text):
                yield text.encode("utf-8", "replace")
            case ToolUse(_, name, arguments):
                yield f"{name}{json.dumps(arguments)}".encode("utf-8", "replace")
            case ToolResult(_, text):
                yield text.encode("utf-8", "replace")
            case Thinking(_, sealed):
                yield json.dumps(sealed).encode("utf-8", "replace")
