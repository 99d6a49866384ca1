"""Standard output and standard error: the console of the execution, a line at a time."""

import io

from . import door
from .absent import KEYBOARD

_LOG = 0
_ERROR = 3
# A line that has no end is sent in pieces.
_MAX_LINE = 16_384


class Console(io.TextIOBase):
    """A stream whose lines are lines of the console."""

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None

    def __init__(self, level, name):
        self._level = level
        self._line = ""
        self.name = name
        self.mode = "w"

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        raise io.UnsupportedOperation("the console has no descriptor")

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._line += text
        if self._line.endswith("\n"):
            line, self._line = self._line[:-1], ""
            door.send(door.LOG, self._level, line)
        elif len(self._line) > _MAX_LINE:
            self.end()
        return len(text)

    def flush(self):
        pass

    def end(self):
        """Sends a line that has no end yet."""
        if self._line:
            line, self._line = self._line, ""
            door.send(door.LOG, self._level, line)


class NoInput(io.TextIOBase):
    """Standard input, which is empty."""

    def readable(self):
        return True

    def read(self, size=-1):
        return ""

    def readline(self, size=-1):
        return ""


def make():
    """New streams for a program."""
    return Console(_LOG, "<stdout>"), Console(_ERROR, "<stderr>"), NoInput()


def input(prompt=""):
    """`input`: nobody is at a keyboard."""
    error = EOFError("nobody is at a keyboard here")
    error.hint = KEYBOARD
    raise error
