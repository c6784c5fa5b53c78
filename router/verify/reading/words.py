"""Numbers that are written as words, turned into digits, so that one reader serves both. Pure.

"half a dozen nodes" becomes "6 nodes", "an hour and a half" "1.5 hours", "tenfold" "10-fold". It knows English.
"""

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SMALL = {word: value for value, word in enumerate(_UNITS)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
           "quadrillion": 10**15}  # fmt: skip
_LARGE = "thousand|million|billion|trillion|quadrillion"
_SMALL = "|".join(sorted(SMALL, key=len, reverse=True))
_LASTING = "about|around|roughly|nearly|almost|over|under|within|than|for|after|by|took|takes|lasted|lasts|good|of|to"
_THAN = (
    r"as|more|less|(?!over|after|under|later|other|ever|earlier)\w+er|the|its|their|our|what|that|those|normal|"
    r"usual|too"
)
_HEDGED = "(?:nearly|almost|about|around|roughly|some|over|more than|at least|up to|at most|as much as) "
_BARE = (
    r"(?<!than )(?<!over )(?<!under )(?<!nearly )(?<!almost )(?<!least )(?<!most )\b"  # no bound before it
)
_MOVED = "ris|ros|gr[eo]w|increas|multipli|fell|dropp|decreas|went up|up|down"
_TIME = r"(?:microsecond|millisecond|second|minute|hour|day|week|month|year)"
# "a second later" lasts, "a second attempt" is one more
_ONE_TIME = (
    rf"{_TIME}(?!(?<=second) (?!(?:after|ago|and|apart|as|at|before|behind|between|by|during|each|earlier|for|from|in|"
    r"into|is|later|less|long|longer|more|of|on|or|per|since|than|the|to|until|was|when|while)\b)\w)"
)
_ONE_MORE = rf"(?<=second) (?:{_SMALL}|\d+)\b(?! ?m(?:s|illi))"  # "a second one", "a second 20 minutes later"
PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15, "twentieth": 20, "fiftieth": 50, "hundredth": 100,
    "thousandth": 1000,
}  # fmt: skip
_PART = "|".join(PARTS)
_OF_ONE = re.compile(  # "a fiftieth of a second", "half a percent", "three quarters of an hour"
    rf"\b(?:(?<!and )(an?|one|{_SMALL}|\d) |(?<!and a ))({_PART})s?(?: of)? "
    rf"(?:an?|the(?= (?:hour|day|week|month|year)\b)) ({_TIME}|core|CPU|per ?cent(?:age point)?|"
    r"(?:kilo|mega|giga|tera|kibi|mebi|gibi|tebi)bytes?|[KMGT]i?B)\b",
    re.IGNORECASE,
)

_AND_PART = re.compile(  # "an hour and three quarters", "two and a half times"
    rf"(?<![\d.,])\b(an?|one|every|each|another|the|last|past|next|first|full|whole|good|{_SMALL}|\d+)( {_TIME}s?|)"
    rf" and (an?|one|two|three|[23]) ({_PART})s?\b"
    rf"(?: (times)\b)?",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(  # "six more hours", "two full days"
    rf"\b(half|quarters?|{_SMALL}|\d+) (?!(?:of|in|to|and|or|per|for|at|by|an?|the|within|every|each|after|than|past|"
    rf"{_SMALL}|{_PART}|{'|'.join(_SCALES)})\b)[a-z]+(?<!s) "
    rf"(?={_TIME}s\b)|\b(one|1) (?:more|further|other|additional|extra|full|whole|single) (?={_TIME}\b)",
    re.IGNORECASE,
)
_HYPHENS = re.compile(  # "two-thirds", "three-quarter hours", "a two-and-a-half-hour wait"
    rf"\b(one)-(?=(?:{_PART})\b)|\b(t(?:wo|hree)|f(?:our|ive)|six|seven|eight|nine)-"
    rf"(?=(?:{_PART})s\b|quarter[ -]{_TIME})|"
    rf"(?<=\w)-(?=and-a-(?:{_PART})\b)|(?<=-and)-(?=a-)|(?<=-and-a)-(?=(?:{_PART})\b)",
    re.IGNORECASE,
)

# The order matters: longer phrases are taken before the words that they are made of.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), to)
    for pattern, to in (
        (rf"{_BARE}half a dozen\b", "about 6"),
        (rf"{_BARE}a dozen\b", "about 12"),
        (r"\bhalf a dozen\b", "6"),
        (r"\b(?:a )?quarter of a million\b", "250000"),
        (r"\bhalf a million\b", "500000"),
        (rf"\bmultipli\w+ by ({_HEDGED})?({_SMALL}|\d+(?:\.\d+)?)\b", r"multiplied \1\2-fold"),
        (
            rf"\b((?:{_MOVED})\w*(?: by)?) ({_SMALL}|\d+(?:\.\d+)?) times\b",
            r"\1 \2-fold",
        ),
        (r"\b(?:an?|one) (day|hour|minute) and (?:an?|one) (hour|minute|second)\b", r"1 \1 1 \2"),
        (rf"\b(?:the )?(?:better|best|greater) part of an? ({_TIME})\b", r"under 1 \1"),
        (rf"\bmost of an? ({_TIME})\b", r"under 1 \1"),
        (rf"\b(?:(?:an?|another) )?half(?:-| | another )({_TIME})\b", r"0.5 \1s"),
        (rf"\b(?:an?|another|the|one|every) quarter[- ]({_TIME})\b", r"0.25 \1s"),
        (rf"\ban? ({_TIME}) or so\b", r"about 1 \1"),
        (rf"\ban? ({_TIME}) or (two|three)\b", r"1 or \2 \1s"),
        (rf"\b({_SMALL})[- ](hundred|thousand)[- ]?fold\b", r"\1 \2 -fold"),
        (rf"\b({_SMALL})-?(?= to (?:{_SMALL})[- ]?fold\b)", r"\1-fold"),
        (rf"\b(?:an?|{_SMALL}|\d+) (?=orders? of magnitude\b)", "some "),
        (r"(?<![\d.])(\d+)(?:\+|-plus)(?= [a-z])", r"over \1"),
        (r"\b(?:a )?(hundred|thousand)[- ]?fold\b", r"1 \1 -fold"),
        (rf"\b({_SMALL})[- ]?fold\b", r"\1-fold"),
        (rf"\btwice(?= (?:an?|per|every|each) {_TIME}\b)", "2 times"),
        (r"\btwice\b|\bdoubl(?:e[ds]?|ing)\b", "2-fold"),
        (r"\bt(?:rip|reb)l(?:e[ds]?|ing)\b", "3-fold"),
        (r"\bquadrupl(?:e[ds]?|ing)\b", "4-fold"),
        (r"\bhalv(?:e[ds]?|ing)\b", "0.5-fold"),
        (
            rf"\bfactor of ({_HEDGED})?((?:{_SMALL}|an?|\d+(?:\.\d+)?)(?: hundred| {_LARGE})?(?: thousand)?)\b",
            r"\1\2 -fold",
        ),
        (
            rf"\b({_SMALL}|\d+(?:\.\d+)?) times (?=(?:{_THAN})\b|\d)",
            r"\1-fold ",
        ),
        (r"\b(?:a|one) hundred thousand\b", "100000"),
        (rf"\b(?:a|one) (hundred|dozen|{_LARGE})\b", r"1 \1"),
        (r"\bper thousand\b", "per 1000"),
        (r"\ba (?:pair|couple) of\b", "2"),
        (rf"\bone {_TIME} in ({_SMALL}|\d+)\b(?! {_TIME})", r"1 part in \1"),
        (rf"\bone ({_ONE_TIME})\b", r"1 \1"),
        # "an hour" is a duration after "about" or before "later"; after a number it is part of a rate
        (rf"\b({_LASTING}) (?:an?|another) ({_ONE_TIME})\b", r"\1 1 \2"),
        (
            (
                rf"\ban? ({_TIME})(?!{_ONE_MORE})"
                rf"(?= (?:later|before|after|earlier|apart|ago|long|\d|(?:and )?(?:{_SMALL}|\d+)\b))"
            ),
            r"1 \1",
        ),
        (rf"\ba full ({_TIME})\b", r"1 \1"),
    )
)
# The scale is said once: "0.72 of 1.2 million", "from 1.5 to 2 million", "between 3 and 4 thousand"
_SCALE_ONCE = re.compile(
    r"\b(\d+\.\d+)(?= (?:of|out of|to|and|or) (?:the |its )?\d+(?:\.\d+)? (thousand|million|billion)\b)|"
    r"(?<=between )(\d+)(?= and \d+(?:\.\d+)? (thousand|million|billion)\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?<![\d.,])\b(?:({'|'.join(_TENS)})[- ](one|two|three|four|five|six|seven|eight|nine)|({_SMALL})|"
    r"(\d+(?:\.\d+)?))\b(?!\.\d)"
    rf"(?: (hundred|dozen|{_LARGE})\b)?(?: (thousand)\b)?",
    re.IGNORECASE,
)
_ANY = re.compile(  # most log lines have no number words, and need no rewriting
    rf"\b(?:{_SMALL}|(?:{_PART})s?|doz|hundred|{_LARGE}|twice|doubl|tripl|trebl|quadrupl|halv|"
    r"factor of|multipli|pair|couple|an hour|a (?:minute|day|week|month|year|millisecond|second|full))|[- ]?fold\b|"
    r"\d times|\d(?:\+|-plus) |magnitude",
    re.IGNORECASE,
)
_AND_SOME = re.compile(r"(?<![\d.,])(\d?\d?[1-9]00) and (\d{1,2})\b(?![.,:]?\d)")  # "three hundred and forty"


def in_digits(text: str) -> str:
    """Return *text* with its number words as digits; all else stays as it is."""
    text = _ADJECTIVE.sub(lambda found: f"{found[1] or found[2]} ", text)
    if not _ANY.search(text):
        return text
    text = _HYPHENS.sub(lambda found: f"{found[1] or found[2] or ''} ", text)
    text = _AND_PART.sub(_and_part, _OF_ONE.sub(_part_of_one, text))
    for pattern, to in _PHRASES:
        text = pattern.sub(to, text)
    said = text.lower()
    text = _SCALE_ONCE.sub(lambda found: f"{found[1] or found[3]} {found[2] or found[4]}", text)
    text = _NUMBER.sub(_value, text)
    return (
        _AND_SOME.sub(lambda found: str(int(found[1]) + int(found[2])), text) if "hundred" in said else text
    )


def _and_part(found: re.Match[str]) -> str:
    whole, unit, many, part, times = found.groups()
    if not unit and (
        not (whole.lower() in SMALL or whole.isdigit()) or found.string.startswith(" of", found.end())
    ):
        return found[0]  # two things, each told on its own
    least = _many(whole)
    value = f"{least + _many(many) / PARTS[part.lower()]:.4g}"
    return f"{value}-fold" if times else f"{value}{unit.rstrip('s') + 's' if unit else ''}"


def _many(said: str) -> int:
    return int(said) if said.isdigit() else SMALL.get(said.lower(), 1)


def _part_of_one(found: re.Match[str]) -> str:
    value = _many(found[1] or "") / PARTS[found[2].lower()]
    return f"about {value:{'.3g' if value * 1000 == int(value * 1000) else '.2g'}} {found[3]}"


def _value(found: re.Match[str]) -> str:
    tens, units, small, digits, scale, more = found.groups()
    if digits is not None and scale is None:
        return found.group(0)
    if tens is not None:
        value: float = SMALL[tens.lower()] + SMALL[units.lower()]
    else:
        value = float(digits) if digits is not None else SMALL[small.lower()]
    for word in (scale, more):
        value *= _SCALES[word.lower()] if word else 1
    value = float(f"{value:.12g}")  # 8.55 quadrillion to the letter
    return f"{value:.10g}" if value != int(value) else str(int(value))
