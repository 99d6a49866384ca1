"""Files: bytes that the host keeps, read when a program asks for them.

The requests are those of executor/files/file-operations.ts.
"""

import base64
import json

from . import door
from .errors import thrown_error

READ = 0
STORE = 1
EMIT = 2
# As many bytes as one request may carry.
_PIECE_BYTES = 786_432


def _ask(operation, request):
    reply = door.ask(door.FILE, operation, json.dumps(request))
    if reply[0] == "e":
        raise thrown_error(reply[1:])
    if reply[0] == "b":
        return base64.b64decode(reply[1:])
    return json.loads(reply[1:])


class File:
    """A file: `File(content, name, type="")`, of text or bytes, or one that a tool has given."""

    __slots__ = ("_facts", "_content", "name", "type", "size")

    def __init__(self, content, name="file", type=""):
        parts = content if isinstance(content, (list, tuple)) else [content]
        self._content = b"".join(_bytes_of(part) for part in parts)
        self._facts = None
        self.name = str(name)
        self.type = str(type)
        self.size = len(self._content)

    def bytes(self):
        """Its bytes."""
        if self._content is not None:
            return self._content
        pieces = []
        for start in range(0, self.size, _PIECE_BYTES):
            end = min(start + _PIECE_BYTES, self.size)
            pieces.append(_ask(READ, [self._facts["fileId"], start, end]))
        return b"".join(pieces)

    def text(self):
        """Its text, as UTF-8."""
        return self.bytes().decode("utf-8-sig", "replace")

    def json(self):
        """The value of its JSON."""
        return json.loads(self.text())

    def __repr__(self):
        return f"<File {self.name!r} {self.type or 'no type'}, {self.size} bytes>"


def _bytes_of(part):
    if isinstance(part, File):
        return part.bytes()
    return part.encode() if isinstance(part, str) else bytes(part)


def file_of(facts):
    """The file of the host's facts."""
    file = File.__new__(File)
    file._content = None
    file._facts = facts
    file.name = facts.get("name", "file")
    file.type = facts["type"]
    file.size = facts["size"]
    return file


def stored(file):
    """The facts of a file, which is stored first if it is not."""
    if file._facts is None:
        request = {"name": file.name, "type": file.type, "lastModified": 0}
        content = file._content
        if len(content) <= _PIECE_BYTES:
            parts = [base64.b64encode(content).decode()]
        else:
            parts = []
            for start in range(0, len(content), _PIECE_BYTES):
                data = base64.b64encode(content[start : start + _PIECE_BYTES]).decode()
                piece = {"type": "", "lastModified": 0, "isPiece": True, "parts": [data]}
                kept = _ask(STORE, piece)
                parts.append([kept["fileId"], 0, kept["size"]])
        file._facts = _ask(STORE, {**request, "parts": parts})
    return file._facts


def emit(value, name=None):
    """Gives a file out: `emit(file)`, or `emit(value, name)` for JSON of a value, or bytes."""
    if isinstance(value, File):
        file = value if name is None else File(value.bytes(), name, value.type)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        file = File(bytes(value), name or "value.bin", "application/octet-stream")
    else:
        text = json.dumps(value, indent=2, ensure_ascii=False)
        file = File(text, name or "value.json", "application/json")
    give(file)


def give(file):
    """Gives a file out; the host does so once for each."""
    _ask(EMIT, [stored(file)["fileId"]])
