"""The life of one program: from the host's job to the report of its end."""

import ast
import asyncio
import builtins
import inspect
import json
import linecache
import random
import re
import signal
import sys
import types

from . import calls, console, describe, door, files, loop, tools, zones
from .errors import ERROR_CLASSES, Control, Ended, FinalAnswer
from .rewrite import rewritten
from .values import decode, encode

_loads = json.loads
_dumps = json.dumps
_FENCE = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.M | re.S)


class Returned(Control):
    """A `return` at the top of the program."""

    def __init__(self, value):
        super().__init__("return")
        self.value = value


class _State:
    """What there is of a session, or of the one program."""

    def __init__(self):
        self.module = types.ModuleType("__main__")
        self.builtins = dict(builtins.__dict__)
        self.programs = 0
        self.file = "program"
        self.is_session = False
        self.is_ended = False
        self.final = None
        self.zone = None


_state = _State()


def _make_globals():
    """The program's global names: tools and helpers are among its built-ins, not its globals."""
    given = _state.module.__dict__
    given["__builtins__"] = _state.builtins
    sys.modules["__main__"] = _state.module
    return given


def final_answer(answer=None):
    """Ends the program with a value."""
    value = _settled(answer)
    if _state.final is None:
        _state.final = (value,)
    if not _state.is_session:
        _flush()
        # The host ends the program in there: no handler and no `finally` of it runs.
        door.send(door.FINAL_ANSWER, 1, _output(value))
    raise FinalAnswer(value)


def _return(value):
    raise Returned(value)


def _control():
    """At the head of a broad handler: what ends the program passes."""
    error = sys.exception()
    if isinstance(error, Control):
        raise error


async def _returned(value):
    """What an asynchronous function returns: a call that was started is awaited there."""
    return await value if type(value) is calls.Call else value


_HELPERS = {
    "_latchd_lazy": loop.lazy,
    "_latchd_awaitable": loop.awaitable,
    "_latchd_returned": _returned,
    "_latchd_return": _return,
    "_latchd_control": _control,
    "final_answer": final_answer,
    "File": files.File,
    "Blob": files.Blob,
    "emit": files.emit,
    "input": console.input,
    "asyncio": asyncio,
    "json": json,
    **ERROR_CLASSES,
}


# Of these nothing can be awaited, and to find that out takes longer than the rest.
_PLAIN = frozenset((type(None), bool, int, float, str, bytes))


def _settled(value, depth=0):
    """The value with what can be awaited in it replaced by what that gives."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is calls.Call:
        return value.block()
    if inspect.isawaitable(value):
        return loop.the_loop().run_until_complete(value)
    if depth > 50:
        return value
    if kind is list or kind is tuple:
        if any(_is_container(item) or inspect.isawaitable(item) for item in value):
            return kind(_settled(item, depth + 1) for item in value)
    elif kind is dict:
        if any(_is_container(item) or inspect.isawaitable(item) for item in value.values()):
            return {key: _settled(item, depth + 1) for key, item in value.items()}
    return value


def _is_container(value):
    return type(value) in (list, tuple, dict)


def _output(value):
    """The output as the worker reads it; see executor/worker/services/output.ts."""
    is_lossy = []

    def substitute(part):
        is_lossy.append(part)
        return _repr(part)

    text, is_plain = encode(value, "output", substitute)
    mark = "l" if is_lossy else "p" if is_plain else "x"
    shown = value if type(value) is str else _repr(value)
    return f"{mark}{len(text)}:{text}{shown}"


def _repr(value):
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: its repr raised {type(error).__name__}>"


def _flush():
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, console.Console):
            stream.end()


def _text_of(source):
    """A source with one Markdown code block: what surrounds it becomes blank, so that lines stay."""
    if "```" not in source:
        return source
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError):
        blocks = list(_FENCE.finditer(source))
        if len(blocks) != 1:
            return source
        start, end = blocks[0].span(1)
        return re.sub(r"[^\n]", " ", source[:start]) + source[start:end]


def _compile(source, file):
    """The code of a program, whose last expression is its value."""
    text = _text_of(source)
    tree = rewritten(ast.parse(text, file), text)
    if tree.body:
        _take_value(tree.body)
        _call_only_function(tree.body)
    ast.fix_missing_locations(tree)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(tree, file, "exec", flags=flags, dont_inherit=True)


def _take_value(body):
    """Stores the value of the last expression, also inside a final if, for, while, with or try."""
    last = body[-1]
    if isinstance(last, ast.Expr):
        name = ast.copy_location(ast.Name("_latchd_value", ast.Store()), last)
        body[-1] = ast.copy_location(ast.Assign([name], last.value), last)
        return
    if isinstance(last, (ast.If, ast.For, ast.While, ast.With, ast.AsyncFor, ast.AsyncWith)):
        for part in (last.body, getattr(last, "orelse", [])):
            if part:
                _take_value(part)
    elif isinstance(last, ast.Try):
        for part in (last.orelse or last.body, *(one.body for one in last.handlers)):
            _take_value(part)
    elif isinstance(last, ast.Match):
        for case in last.cases:
            _take_value(case.body)


def _call_only_function(body):
    """A program that is one function without parameters means to be called."""
    last = body[-1]
    if not isinstance(last, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    if any(not isinstance(one, (ast.Import, ast.ImportFrom)) for one in body[:-1]):
        return
    given = last.args
    if given.args or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg:
        return
    call = ast.Call(ast.Name(last.name, ast.Load()), [], [])
    value = ast.Assign([ast.Name("_latchd_value", ast.Store())], call)
    body.append(ast.copy_location(value, last))


def main():
    """Runs the job that is at the door, and reports how it ended."""
    job = _loads(door.receive())
    source = job["source"]
    _state.programs += 1
    _state.is_session = "hides" in job or _state.programs > 1
    _state.final = None
    _state.file = "program" if _state.programs == 1 else f"program {_state.programs}"
    given = _make_globals()
    operation, text = door.THREW, "{}"
    try:
        operation, text = _prepared_and_run(job, source, given)
    except Ended:
        # The host has the end of the program.
        pass
    _leave()
    _finish(lambda: door.send(operation, 0, text))


def _prepared_and_run(job, source, given):
    names = {}
    try:
        random.seed(int.from_bytes(b"".join(word.to_bytes(4) for word in job["seed"])))
        sys.stdout, sys.stderr, sys.stdin = console.make()
        _state.builtins.update(builtins.__dict__)
        _state.builtins.update(_HELPERS)
        if job.get("timeZone") != _state.zone:
            _state.zone = job.get("timeZone")
            zones.use_local(job["startedAtMs"])
        names = tools.install(job["tools"], _state.builtins)
        _put_inputs(job, given)
        return _run(source, given, names)
    except Ended:
        raise
    except BaseException as error:
        return door.THREW, _described(error, source, given, names)


def _end(_, frame):
    """The handler of the host's signal; see executor/engine/cpython/interruption.ts."""
    # What is left to do after the program comes to its end.
    if frame.f_code not in (main.__code__, _leave.__code__, _finish.__code__):
        raise Ended("the program has ended")


# A number that no program has a use for.
signal.signal(63, _end)


def _put_inputs(job, given):
    inputs = decode(job["inputs"]) if job.get("inputs") else {}
    _state.builtins["inputs"] = types.MappingProxyType(inputs)
    # An input hides no tool and no built-in. It is in `inputs` in any case.
    own = _HELPERS.keys() - {"asyncio", "json"}
    taken = tools.taken_names(job["tools"]) | own | {"inputs"}
    for name, value in inputs.items():
        if name.isidentifier() and name not in taken and not hasattr(builtins, name):
            given[name] = value


def _run(source, given, names):
    """Runs a program. Returns how it ended."""
    file = _state.file
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    given.pop("_latchd_value", None)
    try:
        code = _compile(source, file)
        if code.co_flags & inspect.CO_COROUTINE:
            loop.the_loop().run_until_complete(_top(code, given))
        else:
            exec(code, given)
        value = _settled(given.pop("_latchd_value", None))
        _finish_tasks()
        return door.RETURNED, _output(value)
    except FinalAnswer as end:
        return door.FINAL_ANSWER, _output(end.value)
    except Returned as end:
        return door.RETURNED, _output(_settled(end.value))
    except SystemExit as end:
        if end.code in (None, 0):
            return door.RETURNED, _output(None)
        return door.THREW, _described(end, source, given, names)
    except Ended:
        raise
    except BaseException as error:
        if _state.final is not None:
            return door.FINAL_ANSWER, _output(_state.final[0])
        return door.THREW, _described(error, source, given, names)


async def _top(code, given):
    await eval(code, given)


def _finish_tasks():
    """Tasks that nobody awaited are finished before the program has ended."""
    if loop._loop is None:
        return
    current = loop.the_loop()
    while tasks := [task for task in asyncio.all_tasks(current) if not task.done()]:
        current.run_until_complete(asyncio.wait(tasks))


def _described(error, source, given, names):
    return describe.describe(error, _state.file, source, given, names)


def _leave():
    """Forgets what must not reach the session's next program."""
    for step in (_flush, loop.forget, calls.forget):
        _finish(step)


def _finish(step):
    """Runs a step to its end, though the host ends the program meanwhile."""
    while True:
        try:
            step()
            return
        except Ended:
            continue
        except Exception:
            # What the program has patched is its own.
            return


def place():
    """Tells the host where the program stands: it is called in the middle of one."""
    tasks = loop.waiting_tasks()
    frames = [one for task in tasks[:1] for one in describe.waiting_frames(task, _state.file)]
    door.send(door.PLACE, 0, _dumps(frames + describe.running_frames(_state.file)))
