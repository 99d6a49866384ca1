"""What a machine has and programs here have not: processes, signals of others, the network.

Each function raises what CPython raises where a platform lacks it, with a hint. What raises by
itself, or in a module of the library, gets its hint from describe.py.
"""

import _signal
import errno
import os
import posix
import signal
import socket
import sys
import threading

PROCESSES = "Programs here start no processes: use a tool."
NETWORK = "Use a tool to reach the network."
THREADS = "Use asyncio.gather or ThreadPoolExecutor: calls of tools overlap there."
END = "End the program by final_answer(value) or sys.exit()."
SIGNALS = "No signals come here. For a time limit use asyncio.wait_for(call, seconds)."
DEBUGGER = "Nobody is at a debugger here: print(value) shows what it is."
KEYBOARD = "Use ask_human(question), or the inputs of the execution."

# By a module that an exception has come through, what its program can do instead.
HINTS = {
    "subprocess": PROCESSES,
    "asyncio.subprocess": PROCESSES,
    "socket": NETWORK,
    "http.client": NETWORK,
    "urllib.request": NETWORK,
    "asyncio.base_events": NETWORK,
    "getpass": KEYBOARD,
    "pdb": DEBUGGER,
}
# By a module and an attribute that it has not here.
MISSING = {
    ("signal", "alarm"): SIGNALS,
    ("signal", "setitimer"): SIGNALS,
    ("os", "posix_spawn"): PROCESSES,
    ("os", "posix_spawnp"): PROCESSES,
    ("http.client", "HTTPSConnection"): NETWORK,
    ("urllib.request", "HTTPSHandler"): NETWORK,
}

_PROCESSES = (
    "system fork execv execve popen spawnv spawnve spawnvp spawnvpe "
    "wait wait3 wait4 waitid waitpid pipe pipe2"
).split()


def _refusal(name, hint, kind=OSError, number=errno.ENOTSUP):
    message = f"{name} is not supported here"
    given = (number, message) if number else (message,)

    def refuse(*_, **__):
        error = kind(*given)
        error.hint = hint
        raise error

    refuse.__name__ = refuse.__qualname__ = name.rpartition(".")[2]
    return refuse


def _raise_signal(number):
    """`signal.raise_signal`: calls what the program has set for the signal."""
    handler = signal.getsignal(number)
    if callable(handler):
        handler(int(number), sys._getframe(1))
    elif handler != signal.SIG_IGN:
        _refusal(f"the end by signal {int(number)}", END)()


def _kill(pid, number):
    """`os.kill`, which reaches the program itself only."""
    if pid != os.getpid():
        _refusal("os.kill of another process", PROCESSES, PermissionError, errno.EPERM)()
    if number != 0:
        _raise_signal(number)


def _bounded(wait):
    """A wait for another thread, of which there is none: it ends by its timeout only."""

    def wait_bounded(self, timeout=None):
        if timeout is None:
            _refusal("a wait without a timeout for another thread", THREADS, RuntimeError, None)()
        return wait(self, timeout)

    return wait_bounded


def install():
    """Puts these in the place of functions by which the interpreter would end."""
    refusals = {name: _refusal(f"os.{name}", PROCESSES) for name in _PROCESSES}
    refusals |= {name: _refusal(f"os.{name}", END) for name in ("_exit", "abort")}
    refusals |= {"kill": _kill, "killpg": _kill}
    # The library takes some of them from where os has them from.
    for module in (os, posix):
        for name, refusal in refusals.items():
            if hasattr(module, name):
                setattr(module, name, refusal)
    signal.raise_signal = _signal.raise_signal = _raise_signal
    signal.pause = _refusal("signal.pause", SIGNALS)
    for name in ("gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, name, _refusal(f"socket.{name}", NETWORK, socket.gaierror, socket.EAI_FAIL))
    threading.Condition.wait = _bounded(threading.Condition.wait)
    sys.breakpointhook = _refusal("breakpoint()", DEBUGGER, RuntimeError, None)
