r"""From a log line to its skeleton: words that a programmer wrote, with a mark where a value stood.

One configuration for every system. A piece that holds a digit, a path, a long hexadecimal, `null` is a value;
neighbouring values melt into one; quantities lose their units; a parenthesis around nothing but a value goes;
a list of alike things becomes one thing. What remains unclear, words in a value's place (names of users, hosts,
classes), is for tools/log_digest_groups.py, which sees many lines at once.

Every pattern runs in linear time: `re` only with character classes without nested repeats, RE2 for the rest.
It knows no template of any system.
"""

import re

import re2

VALUE = "<*>"
MAX_CHARS = 800  # of a line; what follows rarely tells templates apart
MAX_WORDS = 200
MAX_PIECES = 300
_REMEMBERED = 100_000  # words whose pieces are kept; digits are alike by then, so real logs have few
_LONGEST_REMEMBERED = 120

_ALIKE_DIGITS = str.maketrans("123456789", "000000000")
_CONTROLS = str.maketrans(dict.fromkeys((*range(32), 127), " "))
_CUTS = re.compile(r"(\.{2,}|[=:,|;()\[\]{}\"'<>#@!?])")
_QUOTED = re.compile(r"\"[^\"]{1,80}\"|(?<!\w)'[^' ][^']{0,80}'(?!\w)")
# a clock time, or colon-separated hexadecimal (MAC, IPv6)
_CLOCK = re2.compile(r"0+(:00)+([.,]0+)?|[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{0,4}){3,7}")
_HEX = re2.compile(r"[0-9a-fA-F]{8,}")
_JOINTS = frozenset(",|#@;-<>=")
_UNITS = frozenset(
    "b kb mb gb tb kib mib gib bytes byte ns us ms s sec secs second seconds min mins minute minutes h hour hours "
    "day days % bps kbps mbps gbps hz mhz ghz".split()
)
_CALENDAR = frozenset("Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
_LONGEST_REPEAT = 6
_MELTING = frozenset((VALUE, ")"))


def skeleton(line: str) -> tuple[str, ...]:
    """Return the words and value marks of *line*; equal for lines that differ only in plain values."""
    text = line[:MAX_CHARS].translate(_CONTROLS).strip().translate(_ALIKE_DIGITS)
    if '"' in text or "'" in text:
        text = _QUOTED.sub(_as_one_word, text)
    pieces: list[str] = []
    for word in text.split(" ")[:MAX_WORDS]:
        if word:
            pieces.extend(_PIECES[word])
        else:
            pieces.append(VALUE)  # two spaces: something was printed empty, or padded
    return _melted(pieces)


class _Pieces(dict[str, tuple[str, ...]]):
    """The pieces of words met before, so that a word is taken apart once and not a million times."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        pieces = tuple(_pieces(word))
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = pieces
        return pieces


_PIECES = _Pieces()


def _pieces(word: str) -> list[str]:
    found: list[str] = []
    if "0" in word and ":" in word:
        clock = _CLOCK.match(word)
        if clock and clock.end() >= len(word.rstrip(".,;)]")):
            found.append(VALUE)
            word = word[clock.end() :]
    for piece in _CUTS.split(word):
        if piece:
            named = len(found) > 1 and found[-1] == ":" and found[-2] == VALUE and not piece.isupper()
            found.append(VALUE if named or _is_value(piece) else piece)
    return found


def _is_value(piece: str) -> bool:
    return (
        "0" in piece
        or "\\" in piece
        or (len(piece) > 1 and "/" in piece)
        or piece.lower() == "null"
        or (len(piece) > 2 and not piece.strip("*"))
        or (len(piece) >= 8 and _HEX.fullmatch(piece) is not None)
    )


def _as_one_word(quoted: re.Match[str]) -> str:
    """Join what is quoted to one word, unless it is a sentence of its own, such as a request line."""
    text = quoted.group()
    return text if "0" in text or "/" in text else text.replace(" ", "_")


def _melted(pieces: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for piece in pieces:
        if kept and kept[-1] == VALUE and piece.lower() in _UNITS:
            continue
        kept.append(piece)
        if piece in _MELTING:
            while _melt_end(kept):
                pass
        if kept and kept[-1] in kept[-1 - _LONGEST_REPEAT : -2]:
            _drop_repeat(kept)
    return tuple(kept[:MAX_PIECES])


def _melt_end(kept: list[str]) -> bool:
    """Melt what stands at the end of *kept*; say whether something did."""
    last = kept[-1]
    before = kept[-2] if len(kept) > 1 else ""
    if last == VALUE and before == VALUE:
        kept.pop()
    elif last == VALUE and before in _JOINTS and len(kept) > 2 and kept[-3] == VALUE:
        del kept[-2:]
    elif last == VALUE and (before == "<" or before in _CALENDAR):
        kept[-2:] = [VALUE]
    elif last == ")" and before == VALUE and len(kept) > 2 and kept[-3] == "(":
        del kept[-3:]
    elif last == ")" and before == "(":
        del kept[-2:]
    else:
        return False
    return bool(kept)


def _drop_repeat(kept: list[str]) -> None:
    """Drop the second of two equal stretches that hold a value: a list of alike things counts once."""
    for length in range(2, _LONGEST_REPEAT + 1):
        if len(kept) < 2 * length:
            return
        stretch = kept[-length:]
        if VALUE in stretch and stretch == kept[-2 * length : -length]:
            del kept[-length:]
            return
