"""Become another program that dies with the parent: run as a script, in place of a fork hook.

Arguments: the parent's process id, then the program and its arguments. On Linux the kernel is told
to kill this process when the thread that started it ends; that survives the exec. Elsewhere only a
clean stop ends the program.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Tie this process to its parent and replace it by the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent is gone already")
    os.execv(command[0], command)  # noqa: S606 - the command is our own broker


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
