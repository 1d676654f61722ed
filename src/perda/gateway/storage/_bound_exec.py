"""Becomes another program that dies with the process that started it.

Run as a script: ``python -I -S _bound_exec.py PARENT_PID PROGRAM ARGUMENT...``. A script of
its own, because code between fork and exec is not safe in a process with threads.

The kernel sends the signal when the *thread* that started us ends (prctl(2),
PR_SET_PDEATHSIG), so that thread has to live as long as the program should.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main(parent: int, program: list[str]) -> None:
    """Tie this process to ``parent``, then become ``program``."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit("the process that started this one has ended")
    os.execv(program[0], program)  # noqa: S606 (no shell is the point)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
