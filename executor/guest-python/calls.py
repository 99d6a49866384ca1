"""Calls of tools: those that block, and those that were started and are awaited."""

import asyncio
import base64

from . import door
from .errors import thrown_error
from .values import decode

# Replies that have come and were not taken, and the futures that wait for one, by number.
_replies = {}
_waiting = {}
# Numbers that a reply is still to come for.
_pending = set()
# Counts the programs of a session: a stream is over when its own program has ended.
generation = 0


class EndOfStream:
    """The reply of a stream that has no further item."""


def read_reply(text):
    """The value of a reply. Raises the error that it holds."""
    mark = text[0]
    if mark == "j" or mark == "d":
        return decode(text)
    if mark == "b":
        return base64.b64decode(text[1:])
    if mark == "e":
        raise thrown_error(text[1:])
    if mark == "s":
        return Stream(int(text[1:]))
    if mark == "x":
        return EndOfStream
    raise RuntimeError(f"unknown reply {mark}")


def block(operation, number, text=""):
    """Asks the host and blocks until the answer is here."""
    return read_reply(door.ask(operation, number, text))


def has_pending():
    """Whether a reply is still to come for anything that was started."""
    return bool(_pending)


def take_next():
    """Blocks until any reply is here, and wakes the task that waits for it. Returns its number."""
    head, _, text = door.ask(door.TAKE_NEXT).partition(" ")
    number = int(head)
    _pending.discard(number)
    _replies[number] = text
    future = _waiting.pop(number, None)
    if future is not None and not future.done():
        future.set_result(None)
    return number


def start_timer(seconds):
    """Starts a timer of the host. Its number is answered when it is due."""
    number = int(door.ask(door.START_TIMER, max(0, int(seconds * 1000 + 0.999))))
    _pending.add(number)
    return number


def clear_timer(number):
    """Forgets a timer."""
    if number in _pending:
        _pending.discard(number)
        door.ask(door.CLEAR_TIMER, number)
    _replies.pop(number, None)


def sleep(seconds):
    """Blocks for a time: `time.sleep`."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    number = int(door.ask(door.START_TIMER, max(0, int(seconds * 1000 + 0.999))))
    door.ask(door.AWAIT_CALL, number)


def forget():
    """Forgets all calls: they belong to a program that has ended."""
    global generation
    generation += 1
    _replies.clear()
    _waiting.clear()
    _pending.clear()


class Call:
    """A call that was started. Awaiting it gives its value; it may be awaited again."""

    __slots__ = ("_id", "_reply", "name", "_generation")

    def __init__(self, operation, number, text, name):
        self._reply = None
        self.name = name
        self._generation = generation
        self._id = int(door.ask(operation, number, text))
        _pending.add(self._id)

    def _take(self):
        self._reply = _replies.pop(self._id)
        return read_reply(self._reply)

    def _require_reply(self):
        """A call belongs to its program: without an answer at its end it gets none."""
        if self._generation != generation:
            message = f"the call of {self.name} was not awaited by the program that began it"
            raise RuntimeError(message)

    def block(self):
        """Blocks until the answer is here."""
        if self._reply is not None:
            return read_reply(self._reply)
        self._require_reply()
        if self._id not in _replies:
            _pending.discard(self._id)
            _replies[self._id] = door.ask(door.AWAIT_CALL, self._id)
        return self._take()

    def __await__(self):
        if self._reply is not None:
            return read_reply(self._reply)
        self._require_reply()
        loop = asyncio.get_running_loop()
        while self._id not in _replies:
            if self._reply is not None:
                return read_reply(self._reply)
            future = _waiting.get(self._id)
            if future is None or future.done():
                future = _waiting[self._id] = loop.create_future()
            # Shielded: a task that is cancelled leaves the others waiting.
            yield from asyncio.shield(future).__await__()
        return self._take()

    def __repr__(self):
        return f"<call of {self.name}>"


class Stream:
    """The result of a tool that yields: `for`, `async for` and `with` work on it."""

    __slots__ = ("_number", "_is_done", "_generation")

    def __init__(self, number):
        self._number = number
        self._is_done = False
        self._generation = generation

    def _is_over(self):
        return self._is_done or self._generation != generation

    def _item(self, ask, end):
        if self._is_over():
            raise end
        try:
            item = ask()
        except BaseException:
            self._is_done = True
            raise
        if item is EndOfStream:
            self._is_done = True
            raise end
        return item

    def __iter__(self):
        return self

    def __next__(self):
        return self._item(lambda: block(door.NEXT_ITEM, self._number), StopIteration)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self._is_over():
            raise StopAsyncIteration
        try:
            item = await Call(door.NEXT_ITEM_CONCURRENTLY, self._number, "", "stream")
        except BaseException:
            self._is_done = True
            raise
        if item is EndOfStream:
            self._is_done = True
            raise StopAsyncIteration
        return item

    def close(self):
        """Ends the stream early: the tool cleans up."""
        if not self._is_over():
            self._is_done = True
            block(door.CLOSE_STREAM, self._number)

    async def aclose(self):
        """As `close`, without blocking other tasks."""
        if not self._is_over():
            self._is_done = True
            await Call(door.CLOSE_STREAM_CONCURRENTLY, self._number, "", "stream")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.aclose()

    def __del__(self):
        # A loop that is left early drops its stream.
        try:
            self.close()
        except Exception:
            pass

    def __repr__(self):
        return "<stream of a tool>"
