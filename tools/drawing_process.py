"""The process that draws plots: what is to be drawn comes in by standard input, pictures go out by standard output.

    python -m tools.drawing_process

It ends with its input, so it never outlives whoever started it. It is started by `tools/drawing.py` and knows no more
than `tools/plot.py` does. A frame is its kind (a byte), its length (four bytes, big-endian) and its body.
"""

import contextlib
import dataclasses
import json
import logging
import os
import struct
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from tools.plot import Panel, png

HEAD = struct.Struct(">cI")
ASKED, DRAWN, FAILED = b"a", b"d", b"f"
GENTLE = 10  # niceness: whoever waits for words goes first


def packed(panels: Sequence[Panel], onset: datetime) -> bytes:
    """Return the body that asks for a picture of *panels*."""
    told = [
        {**dataclasses.asdict(panel), "first": panel.first.isoformat() if panel.first else None}
        for panel in panels
    ]
    return json.dumps({"panels": told, "onset": onset.isoformat()}).encode()


def unpacked(body: bytes) -> tuple[list[Panel], datetime]:
    """Return what `packed` was given."""
    said = json.loads(body)
    panels = [
        Panel(
            **{
                **each,
                "points": tuple((at, value) for at, value in each["points"]),
                "first": datetime.fromisoformat(each["first"]) if each["first"] else None,
            }
        )
        for each in said["panels"]
    ]
    return panels, datetime.fromisoformat(said["onset"])


def framed(kind: bytes, body: bytes) -> bytes:
    """Return *body* with its head."""
    return HEAD.pack(kind, len(body)) + body


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Draw what is *asked* for until it ends; a picture that cannot be drawn is answered by the reason."""
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        _, length = HEAD.unpack(head)
        try:
            answer = framed(DRAWN, png(*unpacked(asked.read(length))))
        except Exception:  # noqa: BLE001 (a drawing library on foreign numbers: the next picture may be well)
            answer = framed(FAILED, traceback.format_exc().encode("utf-8", "replace"))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    os.nice(GENTLE)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its fonts is nobody's worry
    # what a library prints must not come between the pictures
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    with contextlib.suppress(BrokenPipeError):  # the bot was killed: nobody looks at the picture any more
        serve(sys.stdin.buffer, out)
