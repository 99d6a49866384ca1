"""An error for the host: its name, its message, its place in the source and a hint."""

import asyncio
import builtins
import difflib
import json
import keyword
import linecache
import sys
import traceback

from . import absent
from .errors import ToolError
from .tools import Tool

_MAX_MESSAGE = 8192
_MAX_FRAMES = 20

# What programs import and have not here, with what to use.
_MODULES = {
    "requests": "Use a tool to reach the network.",
    "httpx": "Use a tool to reach the network.",
    "aiohttp": "Use a tool to reach the network.",
    "urllib3": "Use a tool to reach the network.",
    "bs4": "Use html.parser or re of the standard library.",
    "numpy": "Use math, statistics and list comprehensions.",
    "pandas": "Use csv, collections and lists of dicts.",
    "scipy": "Use math and statistics.",
    "matplotlib": "There are no plots: give the numbers as the result.",
    "yaml": "Use json.",
    "dateutil": "Use datetime.",
    "pytz": "Use zoneinfo or datetime.timezone.",
    "ssl": "Use a tool to reach the network.",
    "multiprocessing": "Use asyncio.gather over tools: calls overlap.",
    "ctypes": "There is no native code here.",
    "webbrowser": "There is no browser here: give the address as the result.",
    "js": "There is no JavaScript here.",
    "pyodide": "There is no JavaScript here.",
}

# Names of other languages and of notebooks, and modules that are mostly named so.
_NAMES = {
    "null": "Python has None.",
    "undefined": "Python has None.",
    "true": "Did you mean True?",
    "false": "Did you mean False?",
    "console": "print(value) writes to the console.",
    "display": "print(value) writes to the console.",
    "np": "numpy is not here. " + _MODULES["numpy"],
    "pd": "pandas is not here. " + _MODULES["pandas"],
}
# Not those that are names of variables as well, such as `code` and `string`.
_MODULE_NAMES = frozenset(
    "base64 bisect collections csv dataclasses datetime decimal functools hashlib heapq itertools "
    "logging math os pathlib random re statistics subprocess sys textwrap time traceback typing "
    "urllib uuid".split()
)
_IMPORTS = {
    "datetime": "from datetime import datetime",
    "dataclasses": "from dataclasses import dataclass",
}
_TEXT = "It is a text: if it is JSON, json.loads(text) reads it."


def describe(error, file, source, globals_, tools):
    """The description as JSON."""
    description = {
        "name": getattr(error, "name", None) if isinstance(error, ToolError) else None,
        "message": _message(error)[:_MAX_MESSAGE],
    }
    if not isinstance(description["name"], str):
        description["name"] = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == file:
        description["isSyntax"] = True
        _syntax(description, error, source)
    else:
        frames = _frames(error, file)
        if frames:
            description["line"], description["column"] = frames[-1]["line"], frames[-1]["column"]
        description["stack"] = _stack(error, file)
    if isinstance(error, MemoryError):
        description["isMemory"] = True
    hint = getattr(error, "hint", None) or _hint(error, globals_, tools)
    if isinstance(hint, str):
        description["hint"] = hint
    return json.dumps(description)


def _message(error):
    try:
        if isinstance(error, SyntaxError):
            return error.msg
        text = str(error)
    except Exception as fault:
        return f"<the message could not be made: {type(fault).__name__}>"
    if isinstance(error, KeyError) and len(error.args) == 1:
        text = repr(error.args[0])
    if isinstance(error, BaseExceptionGroup):
        text += "".join(f"\n  [{i}]: {one!r}" for i, one in enumerate(error.exceptions[:10]))
    for note in getattr(error, "__notes__", ())[:10]:
        text += "\n" + str(note)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    depth = 0
    if isinstance(cause, asyncio.CancelledError):
        # What a timeout ended, which its own error says.
        cause = None
    while cause is not None and depth < 5:
        text += f"\n  [cause]: {type(cause).__name__}: {str(cause)[:500]}"
        cause = cause.__cause__
        depth += 1
    return text


def place_of(line, column_bytes, file):
    """Line and column of the source as sent: columns count from 1, in characters."""
    text = linecache.cache.get(file, (0, None, []))[2]
    row = text[line - 1] if 0 < line <= len(text) else ""
    column = len(row.encode()[: column_bytes or 0].decode(errors="ignore"))
    return {"line": line, "column": column + 1}


def _frames(error, file):
    frames = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == file:
            positions = list(code.co_positions())
            line, _, column, _ = positions[step.tb_lasti // 2]
            frames.append(place_of(line or step.tb_lineno, column, file))
        step = step.tb_next
    return frames


def is_program(name):
    """Whether a file is a program's, of this execution or of an earlier one of its session."""
    return name == "program" or name.startswith("program ")


def _stack(error, file):
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        if is_program(frame.filename):
            lines.append(frame)
    if not lines:
        return ""
    text = "".join(traceback.StackSummary.from_list(lines[-_MAX_FRAMES:]).format())
    return "Traceback (most recent call last):\n" + text.rstrip("\n")


def _syntax(description, error, source):
    line = error.lineno or 1
    rows = source.splitlines() or [""]
    description["line"] = min(line, len(rows))
    description["column"] = max(1, error.offset or 1)


def _hint(error, globals_, tools):
    if isinstance(error, ModuleNotFoundError) and error.name:
        base = error.name.split(".")[0]
        if base in tools:
            return f"{base} is a tool: call it without an import."
        advice = _MODULES.get(base, "Only the standard library is here; the rest is by tools.")
        return f"The module {base} is not here. {advice}"
    if isinstance(error, ImportError) and error.name_from in tools:
        return f"{error.name_from} is a tool: call it without an import."
    if isinstance(error, ImportError) and error.name == "tools" and error.name_from:
        near = difflib.get_close_matches(error.name_from, [*tools], 3, 0.7)
        return f"Did you mean {' or '.join(near)}?" if near else _tools_hint(tools)
    if isinstance(error, NameError) and error.name:
        if error.name in _NAMES:
            return _NAMES[error.name]
        if error.name in _MODULE_NAMES:
            return f"Import it: {_IMPORTS.get(error.name, 'import ' + error.name)}."
        names = list({*tools, *globals_, *dir(builtins), *keyword.kwlist})
        near = difflib.get_close_matches(error.name, names, 3, 0.7)
        near = [name for name in near if not name.startswith("_")]
        if near:
            return "Did you mean " + " or ".join(near) + "?"
        return _tools_hint(tools)
    if isinstance(error, AttributeError) and error.name and error.obj is not None:
        missing = (getattr(error.obj, "__name__", None), error.name)
        if missing in absent.MISSING:
            return absent.MISSING[missing]
        if isinstance(error.obj, Tool):
            return f"Call the tool itself: {error.obj.__name__}(…)."
        if isinstance(error.obj, dict) and error.name in error.obj:
            return f"It is a dict: [{error.name!r}] has it."
        if isinstance(error.obj, str) and error.name == "json":
            return _TEXT
        near = difflib.get_close_matches(error.name, dir(error.obj), 3, 0.7)
        if near:
            return "Did you mean " + " or ".join(near) + "?"
    if isinstance(error, SyntaxError):
        return _syntax_hint(error)
    if isinstance(error, TypeError) and str(error).startswith("string indices must be integers"):
        return _TEXT
    if isinstance(error, FileNotFoundError):
        return "Files of the machine are not here: use a tool, or a file that the program wrote."
    return _hint_of_place(error)


def _tools_hint(tools):
    return f"Tools of this execution: {', '.join(list(tools)[:20])}." if tools else None


def _hint_of_place(error):
    """What to use in place of a part of the library that cannot work here."""
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return absent.THREADS
    if not isinstance(error, (OSError, EOFError, NotImplementedError, SystemExit)):
        return None
    hint = None
    step = error.__traceback__
    while step is not None:
        # The loop that runs the program is of the library too.
        if is_program(step.tb_frame.f_code.co_filename):
            hint = None
        elif hint is None:
            hint = absent.HINTS.get(step.tb_frame.f_globals.get("__name__"))
        step = step.tb_next
    return hint


def _syntax_hint(error):
    text = (error.text or "").strip()
    if text.startswith(("!", "%")):
        return "This is no notebook: no packages and no commands are here, only the standard library."
    if text.startswith(">>>"):
        return "Leave out the prompts >>>."
    words = text.split(" ")
    if words and words[0] in ("const", "let", "var", "function"):
        return 'This is JavaScript: send it with language "javascript", or write Python.'
    if "=>" in text or text.endswith(("{", "};")):
        return "This looks like JavaScript; the language of this program is Python."
    if words and words[0] == "print" and len(words) > 1:
        return "print is a function: print(value)."
    return None


def waiting_frames(task, file):
    """Where a task waits, innermost first."""
    frames = []
    step = task.get_coro()
    while step is not None and len(frames) < _MAX_FRAMES:
        frame = getattr(step, "cr_frame", None) or getattr(step, "ag_frame", None)
        if frame is not None and frame.f_code.co_filename == file:
            frames.insert(0, _running_frame(frame, file))
        step = getattr(step, "cr_await", None) or getattr(step, "ag_await", None)
    return frames


def _running_frame(frame, file):
    code = frame.f_code
    line, _, column, _ = list(code.co_positions())[frame.f_lasti // 2]
    return {"name": code.co_name, **place_of(line or frame.f_lineno, column, file)}


def running_frames(file):
    """Where the program stands now, innermost first."""
    frames = []
    frame = sys._getframe(1)
    while frame is not None and len(frames) < _MAX_FRAMES:
        if frame.f_code.co_filename == file:
            frames.append(_running_frame(frame, file))
        frame = frame.f_back
    return frames
