"""The one way to the host: frames over descriptor 3.

A frame is an operation, a number and a text. The host performs it before the write returns, and
the answer is read. The numbers are those of executor/guest/host/host-operations.ts.
"""

import os

LOG = 1
CALL = 2
CALL_CONCURRENTLY = 3
AWAIT_CALL = 4
NEXT_ITEM = 5
NEXT_ITEM_CONCURRENTLY = 6
CLOSE_STREAM = 7
CLOSE_STREAM_CONCURRENTLY = 8
START_TIMER = 9
CLEAR_TIMER = 10
FINAL_ANSWER = 11
RETURNED = 12
THREW = 13
FILE = 21
TAKE_NEXT = 64
ZONE = 65
PLACE = 99

_FD = 3
_PIECE_BYTES = 1 << 17

# Bound now: a program that patches os harms itself only.
_write = os.write
_read = os.read


def send(operation, number, text):
    """Writes a frame that has no answer."""
    _write(_FD, b"%d %d " % (operation, number) + text.encode("utf-8", "backslashreplace"))


def ask(operation, number=0, text=""):
    """Writes a frame and returns its answer."""
    # As send and receive, whose calls would take as long as what they do.
    _write(_FD, b"%d %d %b" % (operation, number, text.encode("utf-8", "backslashreplace")))
    piece = _read(_FD, _PIECE_BYTES)
    return piece.decode() if len(piece) < _PIECE_BYTES else _receive_rest(piece)


def receive():
    """Reads all that the host has put at the door."""
    return _receive_rest(_read(_FD, _PIECE_BYTES))


def _receive_rest(piece):
    """All that is at the door, the first piece of which has come."""
    pieces = [piece]
    while len(piece) == _PIECE_BYTES:
        piece = _read(_FD, _PIECE_BYTES)
        pieces.append(piece)
    return b"".join(pieces).decode()
