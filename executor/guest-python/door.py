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
    send(operation, number, text)
    return receive()


def receive():
    """Reads all that the host has put at the door."""
    piece = _read(_FD, _PIECE_BYTES)
    if len(piece) < _PIECE_BYTES:
        return piece.decode()
    pieces = [piece]
    while len(piece) == _PIECE_BYTES:
        piece = _read(_FD, _PIECE_BYTES)
        pieces.append(piece)
    return b"".join(pieces).decode()
