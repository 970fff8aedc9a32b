"""Child processes that do not outlive us."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """In a child, before exec: be terminated when the parent is gone, however it went.

    Not interrupted: what a shell starts in the background is told to ignore interrupts.
    """
    if _libc:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def stop_with_parent() -> None:
    """The same for a server: PostgreSQL stops at once when interrupted, not when terminated."""
    if _libc:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGINT)


def run_passing_signals_on(command: Sequence[str]) -> int:
    """Run a command as our child; its exit code, 128 + n when signal n ended it.

    A signal sent to us is passed on. Ctrl-C is not: the terminal sends it to the child as well,
    and a second one would cut its tidying up short.
    """
    awaited = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        die_with_parent()

    try:
        child = subprocess.Popen(list(command), preexec_fn=prepare)
        while child.poll() is None:
            received = signal.sigwaitinfo(awaited)
            is_from_terminal = received.si_signo == signal.SIGINT and received.si_code > 0
            if received.si_signo != signal.SIGCHLD and not is_from_terminal:
                child.send_signal(received.si_signo)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return 128 - child.returncode if child.returncode < 0 else child.returncode
