"""`File` and `Blob`: bytes that cross to tools and results by reference, as those of JavaScript.

The operations are those of executor/files/file-operations.ts.
"""

import base64
import json
import os
import time

from . import door, values
from .calls import block

_READ = 0
_STORE = 1
_EMIT = 2
# Bytes of one request: as base64 they are a third more.
_MAX_BYTES = 786_432

_dumps = json.dumps


def _ask(operation, request):
    return block(door.FILE, operation, _dumps(request))


class Blob:
    """Bytes with a type. Its content is a list of segments: bytes, or ranges of stored files."""

    name = None

    def __init__(self, parts=(), options=None, *, type="", lastModified=None):
        options = options or {}
        self.type = str(options.get("type", type)).lower()
        given = options.get("lastModified", lastModified)
        self.lastModified = int(time.time() * 1000) if given is None else int(given)
        self._segments = _segments(parts)
        self._facts = None

    @property
    def size(self):
        return sum(_size(segment) for segment in self._segments)

    def bytes(self):
        """The content. Blocks as a tool's call does."""
        return b"".join(_read(segment) for segment in self._segments)

    def text(self, encoding="utf-8"):
        """The content as a text; what is not of the encoding becomes U+FFFD."""
        return self.bytes().decode(encoding, "replace").removeprefix("\ufeff")

    def json(self):
        """The content read as JSON."""
        return json.loads(self.bytes())

    def slice(self, start=None, end=None, type=""):
        """A part of it, of which nothing is copied."""
        first, last, _ = slice(start, end).indices(self.size)
        made = Blob(type=type)
        at = 0
        for segment in self._segments:
            size = _size(segment)
            low, high = max(first - at, 0), min(last - at, size)
            at += size
            if low >= high:
                continue
            if isinstance(segment, tuple):
                file_id, begin, _ = segment
                made._segments.append((file_id, begin + low, begin + high))
            else:
                made._segments.append(segment[low:high])
        return made

    def __len__(self):
        return self.size

    def __bytes__(self):
        return self.bytes()

    def __bool__(self):
        return True

    def __repr__(self):
        label = f"name={self.name!r}, " if self.name is not None else ""
        return f"{type(self).__name__}({label}size={self.size}, type={self.type!r})"


class File(Blob):
    """A file: `File(parts, name, type="text/plain")`."""

    def __init__(self, parts, name, options=None, *, type="", lastModified=None):
        super().__init__(parts, options, type=type, lastModified=lastModified)
        self.name = str(name)


def _segments(parts):
    if isinstance(parts, (str, bytes, bytearray, memoryview, Blob)):
        parts = [parts]
    segments = []
    for part in parts:
        if isinstance(part, Blob):
            segments.extend(part._segments)
        elif isinstance(part, (bytes, bytearray, memoryview)):
            segments.append(bytes(part))
        else:
            segments.append(str(part).encode("utf-8", "replace"))
    return [segment for segment in segments if _size(segment) > 0]


def _size(segment):
    return segment[2] - segment[1] if isinstance(segment, tuple) else len(segment)


def _read(segment):
    if not isinstance(segment, tuple):
        return segment
    file_id, start, end = segment
    pieces = []
    while start < end:
        to = min(end, start + _MAX_BYTES)
        pieces.append(_ask(_READ, [file_id, start, to]))
        start = to
    return b"".join(pieces)


def _encoded(data):
    return base64.b64encode(data).decode()


def _parts(blob):
    """The content for a request; what is too much for one is stored in pieces before."""
    own = sum(len(one) for one in blob._segments if not isinstance(one, tuple))
    parts = []
    for segment in blob._segments:
        if isinstance(segment, tuple):
            parts.append(list(segment))
        elif own <= _MAX_BYTES:
            parts.append(_encoded(segment))
        else:
            for start in range(0, len(segment), _MAX_BYTES):
                piece = segment[start : start + _MAX_BYTES]
                request = {"type": "", "lastModified": 0, "isPiece": True}
                facts = _ask(_STORE, {**request, "parts": [_encoded(piece)]})
                parts.append([facts["fileId"], 0, len(piece)])
    return parts


def facts_of(blob):
    """What is known of a file, which is stored first if it is not."""
    if blob._facts is None:
        request = {"type": blob.type, "lastModified": blob.lastModified}
        if blob.name is not None:
            request = {"name": blob.name, **request}
        blob._facts = _ask(_STORE, {**request, "parts": _parts(blob)})
    return blob._facts


def returned_facts(blob):
    """As `facts_of`, of a file that the program gives out by returning it."""
    facts = facts_of(blob)
    _ask(_EMIT, [facts["fileId"]])
    return facts


def from_facts(facts):
    """A file of the host's."""
    made = Blob.__new__(File if facts.get("name") is not None else Blob)
    made._facts = facts
    made.type = facts["type"]
    made.lastModified = facts["lastModified"]
    made._segments = [(facts["fileId"], 0, facts["size"])] if facts["size"] else []
    if facts.get("name") is not None:
        made.name = facts["name"]
    return made


def _json_of(value):
    """JSON that shows what JSON has no form for: a set is a list, a date its ISO text."""
    return json.dumps(value, indent=2, default=_shown, allow_nan=False)


def _shown(value):
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, Blob):
        raise TypeError("Cannot emit JSON: a file is inside; emit it by itself")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("Cannot emit JSON: bytes are inside; emit them by themselves, or as base64")
    if isinstance(value, BaseException):
        return {"name": type(value).__name__, "message": str(value)}
    # Modules that few programs load, and that are there when such a value is.
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if type(value).__module__ in ("decimal", "fractions", "uuid"):
        return str(value)
    raise TypeError(f"Cannot emit JSON: it has no form for {type(value).__name__}")


def _file_at(path, name):
    """The file that the program wrote there."""
    import mimetypes

    with open(path, "rb") as opened:
        content = opened.read()
    name = name or os.path.basename(os.fspath(path))
    return File(content, name, type=mimetypes.guess_type(name)[0] or "application/octet-stream")


def emit(value, name=None):
    """Gives a file out: `emit(file)`, `emit(path)`, or `emit(value, name)` for JSON of a value."""
    if isinstance(value, Blob):
        file = value if name is None else File(value, name, type=value.type)
    elif isinstance(value, os.PathLike):
        file = _file_at(value, name)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        file = File(value, name or "value", type="application/octet-stream")
    else:
        file = File(_json_of(value), name or "value.json", type="application/json")
    _ask(_EMIT, [facts_of(file)["fileId"]])


values.use_files(Blob, facts_of, returned_facts, from_facts)
