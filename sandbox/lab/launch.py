"""Become another program, with limits of the kernel and without outliving the one that started it.

Run as `python launch.py --file-limit BYTES -- PROGRAM ARGUMENT...`. What the program is, is not known here.
"""

import argparse
import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept across exec


def main() -> None:
    """Set the limits and become the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--file-limit", type=int, default=0, help="largest file it may write, in bytes")
    parser.add_argument("program", nargs="+")
    given = parser.parse_args()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if given.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.file_limit, given.file_limit))
    os.execv(given.program[0], given.program)  # noqa: S606 - the program is the lab's own


if __name__ == "__main__":
    main()
