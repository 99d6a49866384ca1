"""Values to text and back: the guest's half of the codec of protocol/values/values.ts.

The format is devalue's. The marks are those of protocol/values/value-format.ts.
"""

import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import pathlib
import re
import types
import uuid

PLAIN = "j"
EXACT = "d"

UNDEFINED = -1
HOLE = -2
NOT_A_NUMBER = -3
POSITIVE_INFINITY = -4
NEGATIVE_INFINITY = -5
NEGATIVE_ZERO = -6
SPARSE = -7

# Whole numbers of the host are exact up to here.
_MAX_SAFE = 2**53 - 1
_UTC = datetime.timezone.utc
# The parts of json that are C code, made once: what is around them takes longer than they do.
_pieces = json.encoder.c_make_encoder(
    None, None, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True
)
_scan = json.JSONDecoder().scan_once
_PLAIN_DEPTH = 200


class _NoFiles:
    """Stands for the class of files until files.py is loaded."""


_Blob = _NoFiles
_facts_of = _returned_facts = _from_facts = None


def use_files(blob, facts_of, returned_facts, from_facts):
    """Makes files known: files.py needs this module, so it cannot be imported here."""
    global _Blob, _facts_of, _returned_facts, _from_facts
    _Blob, _facts_of, _returned_facts, _from_facts = blob, facts_of, returned_facts, from_facts


class NotTransferable(TypeError):
    """A part of a value that cannot cross. Programs see it as a TypeError."""

    code = "VALUE_NOT_TRANSFERABLE"
    hint = None


NotTransferable.__name__ = NotTransferable.__qualname__ = "TypeError"
NotTransferable.__module__ = "builtins"


def _dumps(value):
    """JSON of a plain value."""
    return "".join(_pieces(value, 0))


def _is_plain(value, depth=0):
    """Whether JSON holds the same value."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return True
    if kind is int:
        return -_MAX_SAFE <= value <= _MAX_SAFE
    if kind is float:
        return math.isfinite(value) and (value != 0.0 or math.copysign(1.0, value) > 0)
    if depth > _PLAIN_DEPTH:
        return False
    if kind is list or kind is tuple:
        for item in value:
            if not _is_plain(item, depth + 1):
                return False
        return True
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or key == "__proto__" or not _is_plain(item, depth + 1):
                return False
        return True
    return False


def encode(value, root="args", substitute=None):
    """The text of a value, and whether it is plain JSON.

    `root` names the value in the error of a part that cannot cross. With `substitute` such a part
    becomes the text that it returns.
    """
    if _is_plain(value):
        return PLAIN + _dumps(value), True
    return _Walk(root, substitute).encode(value), False


class _Walk:
    """Visits objects breadth first, each once, so that depth costs no stack."""

    def __init__(self, root, substitute):
        self.root = root
        self.substitute = substitute
        self.values = []
        self.parents = []
        self.seen = {}
        self.is_lossy = False

    def encode(self, value):
        first = self.place(value, -1, "")
        if first < 0:
            return EXACT + str(first)
        texts = []
        at = 0
        while at < len(self.values):
            texts.append(self.write(self.values[at], at))
            at += 1
        return EXACT + "[" + ",".join(texts) + "]"

    def place(self, value, parent, key):
        if type(value) is float:
            if value != value:
                return NOT_A_NUMBER
            if math.isinf(value):
                return POSITIVE_INFINITY if value > 0 else NEGATIVE_INFINITY
            if value == 0.0 and math.copysign(1.0, value) < 0:
                return NEGATIVE_ZERO
        known = self.seen.get(id(value))
        if known is not None:
            return known
        index = len(self.values)
        # The list keeps the value, and so its identity.
        self.values.append(value)
        self.parents.append((parent, key))
        if not isinstance(value, (str, int, float, bool, type(None))):
            self.seen[id(value)] = index
        return index

    def path(self, index):
        parts = []
        while index > 0:
            index, key = self.parents[index]
            parts.append(key if isinstance(key, str) else f"[{key!r}]")
        return self.root + "".join(reversed(parts))

    def refuse(self, value, index):
        if self.substitute is not None:
            self.is_lossy = True
            return _dumps(self.substitute(value))
        error = NotTransferable(
            f"Cannot send {self.path(index)}: {_kind_of(value)} cannot cross to the host"
        )
        if isinstance(value, types.CoroutineType):
            error.hint = "Await the coroutine first."
        raise error

    def write(self, value, index):
        if value is None or value is True or value is False:
            return _dumps(value)
        if isinstance(value, enum.Enum) and not isinstance(value, (str, int, float)):
            return self.write(value.value, index)
        if isinstance(value, str):
            return _dumps(str(value))
        if isinstance(value, int):
            if -_MAX_SAFE <= value <= _MAX_SAFE:
                return str(int(value))
            return '["BigInt",' + _dumps(_decimal_text(value)) + "]"
        if isinstance(value, float):
            return repr(float(value))
        if isinstance(value, (list, tuple, collections.deque)):
            places = [str(self.place(item, index, f"[{i}]")) for i, item in enumerate(value)]
            return "[" + ",".join(places) + "]"
        if isinstance(value, _Blob):
            facts = (_facts_of if self.substitute is None else _returned_facts)(value)
            return '["File",' + str(self.place(facts, index, "")) + "]"
        if isinstance(value, (dict, types.MappingProxyType)):
            return self.record(value, index)
        if isinstance(value, (set, frozenset)):
            # Sorted where that is possible: the order of a set is not part of it.
            places = [str(self.place(item, index, "[item]")) for item in value]
            return '["Set"' + "".join("," + place for place in places) + "]"
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = base64.b64encode(bytes(value)).decode()
            self.values.append(_Raw('["ArrayBuffer",' + _dumps(data) + "]"))
            self.parents.append((index, ".buffer"))
            return '["Uint8Array",' + str(len(self.values) - 1) + "]"
        if isinstance(value, _Raw):
            return value.text
        if isinstance(value, datetime.datetime):
            moment = value if value.tzinfo else value.astimezone()
            moment = moment.astimezone(_UTC)
            text = moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"
            return '["Date","' + text.rjust(24, "0") + '"]'
        if isinstance(value, (datetime.date, datetime.time)):
            return _dumps(value.isoformat())
        if isinstance(value, (decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePath)):
            return _dumps(str(value))
        if isinstance(value, datetime.timedelta):
            return repr(value.total_seconds())
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            return self.refuse(value, index)
        if isinstance(value, BaseException):
            parts = {"name": type(value).__name__, "message": str(value)}
            return '["Error",' + str(self.place(parts, index, "")) + "]"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return self.record(fields, index)
        if isinstance(value, types.SimpleNamespace):
            return self.record(vars(value), index)
        if isinstance(value, (range, type({}.keys()), type({}.values()), type({}.items()))):
            return self.write(list(value), index)
        return self.refuse(value, index)

    def record(self, value, index):
        items = list(value.items())
        if all(isinstance(key, str) and key != "__proto__" for key, _ in items):
            parts = [
                _dumps(str(key)) + ":" + str(self.place(item, index, _step(key)))
                for key, item in items
            ]
            return "{" + ",".join(parts) + "}"
        text = '["Map"'
        for key, item in items:
            text += f",{self.place(key, index, '[key]')},{self.place(item, index, f'[{key!r}]')}"
        return text + "]"


def _step(key):
    return "." + key if key.isidentifier() else f"[{key!r}]"


class _Raw:
    """A text that stands for itself."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text


def _decimal_text(value):
    # Past the limit that the interpreter has for the conversion of large numbers.
    return str(value) if value.bit_length() < 10_000 else str(decimal.Decimal(value))


def _kind_of(value):
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, types.CoroutineType):
        return "a coroutine"
    if callable(value):
        return f"the function {getattr(value, '__name__', '?')}"
    return f"an object of type {type(value).__name__}"


def decode(text):
    """The value of a text with its mark."""
    value, _ = _scan(text, 1)
    return value if text[0] == PLAIN else _decode_exact(value)


_SENTINELS = {
    UNDEFINED: None,
    HOLE: None,
    NOT_A_NUMBER: math.nan,
    POSITIVE_INFINITY: math.inf,
    NEGATIVE_INFINITY: -math.inf,
    NEGATIVE_ZERO: -0.0,
}
_TYPED = {
    "Int8Array": "b",
    "Int16Array": "h",
    "Uint16Array": "H",
    "Int32Array": "i",
    "Uint32Array": "I",
    "Float32Array": "f",
    "Float64Array": "d",
    "BigInt64Array": "q",
    "BigUint64Array": "Q",
}


def _decode_exact(parsed):
    if type(parsed) is int:
        return _SENTINELS[parsed]
    done = {}
    pending = []

    def get(index):
        """The value at an index; a container is filled later, so that depth costs no stack."""
        if index < 0:
            return _SENTINELS[index]
        if index in done:
            return done[index]
        form = parsed[index]
        if type(form) is dict:
            value = {}
            pending.append((value, form, index))
        elif type(form) is list:
            if form and type(form[0]) is str:
                return special(form, index)
            value = []
            pending.append((value, form, index))
        else:
            value = form
        done[index] = value
        return value

    def keep(index, value):
        done[index] = value
        return value

    def special(form, index):
        kind = form[0]
        if kind == "Map" or kind == "Set":
            value = {} if kind == "Map" else set()
            keep(index, value)
            pending.append((value, form, index))
            return value
        if kind == "Date":
            return keep(index, _date(form[1]))
        if kind == "BigInt":
            return keep(index, int(form[1]))
        if kind in ("URL", "URLSearchParams"):
            return keep(index, form[1])
        if kind == "RegExp":
            return keep(index, _pattern(form[1], form[2] if len(form) > 2 else ""))
        if kind == "ArrayBuffer":
            return keep(index, base64.b64decode(form[1]))
        if kind == "File":
            facts = get(form[1])
            drain()
            return keep(index, _from_facts(facts))
        if kind == "Object":
            return keep(index, get(form[1]))
        if kind == "Error":
            value = types.SimpleNamespace()
            parts = get(form[1])
            drain()
            error = Exception(parts.get("message", ""))
            error.name = parts.get("name", "Error")
            return keep(index, error)
        if kind == "null":
            value = keep(index, {})
            pending.append((value, {form[i]: form[i + 1] for i in range(1, len(form), 2)}, index))
            return value
        if kind in ("Entries", "NullEntries"):
            entries = get(form[1])
            drain()
            return keep(index, {entries[i]: entries[i + 1] for i in range(0, len(entries), 2)})
        if kind in ("Uint8Array", "Uint8ClampedArray", "DataView") or kind in _TYPED:
            data = get(form[1])
            if len(form) > 2:
                size = 1 if kind not in _TYPED else memoryview(b"").cast(_TYPED[kind]).itemsize
                data = data[form[2] : form[2] + form[3] * size]
            if kind in _TYPED:
                return keep(index, list(memoryview(data).cast(_TYPED[kind])))
            return keep(index, data)
        raise ValueError(f"a value of the unknown kind {kind}")

    def drain():
        while pending:
            value, form, _ = pending.pop()
            if type(value) is list:
                if form and form[0] == SPARSE:
                    value.extend([None] * form[1])
                    for i in range(2, len(form), 2):
                        value[form[i]] = get(form[i + 1])
                else:
                    value.extend([get(part) for part in form])
            elif type(value) is set:
                for part in form[1:]:
                    value.add(_hashable(get(part)))
            elif type(form) is dict:
                for key, part in form.items():
                    value[key] = get(part)
            else:
                for i in range(1, len(form), 2):
                    key = get(form[i])
                    value[_hashable(key)] = get(form[i + 1])

    root = get(0)
    drain()
    return root


def _hashable(value):
    """A key or an element of a set: what can be neither is taken as a tuple or a text."""
    try:
        hash(value)
        return value
    except TypeError:
        if isinstance(value, list):
            return tuple(_hashable(item) for item in value)
        return repr(value)


def _date(text):
    if text == "":
        return None
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        # Years that datetime does not have.
        return text


def _pattern(source, flags):
    bits = 0
    for flag, bit in (("i", re.I), ("m", re.M), ("s", re.S)):
        if flag in flags:
            bits |= bit
    try:
        return re.compile(source, bits)
    except re.error:
        # A pattern of the other dialect.
        return f"/{source}/{flags}"
