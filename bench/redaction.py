"""How many secrets the redactor takes out of log lines, what it takes wrongly, and how fast it is.

`python -m bench.redaction --data DIR`: secrets.jsonl and lookalikes.jsonl of a security folder, whose lines
are split into parts so that no scanner trips over the files. A secret counts as leaked when any twelve of its
characters in a row survive, also after undoing colours, invisible characters, wraps and percent escapes. Times
are the processor's, so that a busy machine does not change them.
"""

import random
import re
import string
import time
import urllib.parse

from bench.common import arguments, data_folder, print_result, print_table, read_jsonl
from tools.redact import Redactor

WINDOW = 12
ORDINARY = 200  # ordinary lines for each line with a secret in the speed text
_LETTERS = string.ascii_letters + string.digits
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_WRAP = re.compile(r"\\\n\s*")
_HOSTILE = (
    "token=",
    "a=b&token=",
    "password is ",
    "eyJaaaaaaaaa.",
    "mysql ",
    "password",
    "password=",
    "://a:",
    "-----BEGIN PRIVATE KEY-----\n",
    "a" * 50 + "_",
    "token token ",
    "curl -u a",
    "%41",
    "\\u0041",
    "\u200b",
    "[REDACTED:a:",
    "kind: Secret\ndata:\n  a: b\n",
    "Cookie: a=b; ",
    '"',
    "\\",
    "x-y_z.",
    '{"password":"a","token":"b",',
    '\\"password\\":\\"',
    "pass\x1b[31mword=",
    "name,password\n",
    "Authorization: Bearer ",
    "a\\\n",
    "password=&quot;a1b2C3d4&quot; ",
    ":",
    "creds a / ",
    "docker login ",
    "AKIA" + "A" * 16 + " ",
    "otpauth://",
    "password%3D",
    '"a" + ',
    "kind: Secret\ndata:\n" + "  a: b\n" * 50,
    " -u a -p b",
)
_MADE = ("ghp_{} ", "password is {}\n", "Cookie: sid={}\n", "{} ", "db_password={}\n", "postgres://u:{}@h/d ")


def main() -> None:
    """Score, time, print."""
    options = arguments(str(__doc__).split("\n", maxsplit=1)[0]).parse_args()
    folder = data_folder(options.data, "security")
    redactor = Redactor()
    secrets, lookalikes = (read_jsonl(folder / f"{name}.jsonl") for name in ("secrets", "lookalikes"))
    missed, lost, wrong = [], [], []
    for row in secrets:
        line, values = "".join(row["line_parts"]), ["".join(parts) for parts in row["secret_parts"]]
        out = redactor.redact(line)
        if any(_leaked(value, out) for value in values):
            missed.append(f"{row['id']} {row['kind']}")
        if any(kept not in out for kept in row["must_keep"]):
            lost.append(f"{row['id']} {row['kind']}")
    for row in lookalikes:
        line = "".join(row["line_parts"])
        if redactor.redact(line) != line:
            wrong.append(f"{row['id']} {row['kind']}")
    result = {
        "recall": round(1 - len(missed) / len(secrets), 4) if secrets else None,
        "false_positive_rate": round(len(wrong) / len(lookalikes), 4) if lookalikes else None,
        "context_lost": len(lost),
        "mb_per_s": round(_speed(redactor, secrets, lookalikes), 1),
        "hostile_s": round(_hostile(redactor), 3),
    }
    print_table("redaction", ("what", "figure"), result.items())
    print_table(
        "misses",
        ("kind of miss", "line"),
        [("leaked", each) for each in missed]
        + [("wrong", each) for each in wrong]
        + [("context lost", each) for each in lost],
    )
    print_result(result)


def _leaked(secret: str, out: str) -> bool:
    window = min(WINDOW, len(secret))
    texts = (out, _undone(out))
    forms = {secret, _undone(secret)}
    return any(
        form[at : at + window] in text
        for form in forms
        for at in range(max(1, len(form) - window + 1))
        for text in texts
        if len(form) >= window
    )


def _undone(text: str) -> str:
    return urllib.parse.unquote(_WRAP.sub("", _INVISIBLE.sub("", _COLOUR.sub("", text))))


def _speed(
    redactor: Redactor, secrets: list[dict[str, list[str]]], lookalikes: list[dict[str, list[str]]]
) -> float:
    """Return MB/s over 4 MB of log: ordinary lines as the look-alikes are, with a secret in one of 200."""
    ordinary = ["".join(row["line_parts"]) for row in lookalikes] or ["GET /cart 200 12ms"]
    rare = ["".join(row["line_parts"]) for row in secrets]
    lines: list[str] = []
    size = 0
    while size < 4_000_000:
        number = len(lines)
        line = (
            rare[number // ORDINARY % len(rare)]
            if rare and number % ORDINARY == ORDINARY - 1
            else ordinary[number % len(ordinary)]
        )
        lines.append(line)
        size += len(line) + 1
    chunks = ["\n".join(lines[at : at + 500]) for at in range(0, len(lines), 500)]
    fastest = float("inf")
    for _ in range(
        3
    ):  # the machine may be busy with other things; the fastest of three is the redactor's own
        began = time.process_time()
        for chunk in chunks:
            redactor.redact(chunk)
        fastest = min(fastest, time.process_time() - began)
    return size / 1e6 / fastest


def _hostile(redactor: Redactor) -> float:
    """Return the seconds that the worst of several 200 kB texts takes."""
    worst, chance = 0.0, random.Random(7)  # noqa: S311 - texts to read, no secrets
    made = [[form.format("".join(chance.choices(_LETTERS, k=36))) for _ in range(5_000)] for form in _MADE]
    repeated = [unit * (200_000 // len(unit) + 1) for unit in _HOSTILE]
    for text in (each[:200_000] for each in (*repeated, *map("".join, made))):
        began = time.process_time()
        redactor.redact(text)
        worst = max(worst, time.process_time() - began)
    return worst


if __name__ == "__main__":
    main()
