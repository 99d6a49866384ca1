"""Tools as programs see them: functions that block, and that may be awaited."""

import keyword
import sys
import types

from . import door
from .calls import Call, block
from .errors import tool_error
from .values import decode, encode

_GONE = -1


class Tool:
    """A tool. `tool(x)` blocks; where the source wants an awaitable, rewrite.py asks for `start`."""

    def __init__(self, index, spec, is_raw=False):
        self._name = self.__name__ = self.__qualname__ = spec[0]
        self._is_raw = is_raw
        self.__doc__ = f"The tool {self._name}: describe_tools has what it does, where that is there."
        self._place(index, spec)

    @property
    def __signature__(self):
        import inspect

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        names = [python_name(name) for name in self._parameters or ()]
        return inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def _place(self, index, spec):
        self._index = index
        self._parameters = spec[2]
        self._rules = spec[3] if len(spec) > 3 else None

    @property
    def raw(self):
        """The tool that answers with all that its server sent, and not with the value alone."""
        raw = Tool.__new__(Tool)
        raw.__dict__.update(self.__dict__)
        raw._is_raw = True
        raw._original = self
        return raw

    def _number(self):
        return -1 - self._index if self._is_raw else self._index

    def _input(self, args, kwargs):
        if self._index == _GONE:
            message = (
                f"The tool {self._name} is not there: an earlier execution of the session had it, "
                "this one has not"
            )
            raise tool_error("ToolUnavailableError", message, "TOOL_UNAVAILABLE", self._name)
        return encode_input(self._name, self._parameters, self._rules, args, kwargs)

    def __call__(self, *args, **kwargs):
        return block(door.CALL, self._number(), self._input(args, kwargs))

    def start(self, *args, **kwargs):
        """Calls without blocking. Returns what can be awaited."""
        text = self._input(args, kwargs)
        return Call(door.CALL_CONCURRENTLY, self._number(), text, self._name)

    def map(self, items):
        """Calls once for each element, concurrently, and returns the values in order."""
        calls = [self.start(item) for item in items]
        return [call.block() for call in calls]

    # `await tool.async_(x)` for those who look for it by the name that it has in JavaScript.
    async_ = start

    def __get__(self, instance, owner=None):
        return self

    def __repr__(self):
        return f"<tool {self._name}>"

    def __reduce__(self):
        raise TypeError(f"cannot pickle the tool {self._name}")


def parallel(calls, settle=False):
    """`parallel([(tool, input), …])`: calls concurrently and returns the values in order.

    With `settle` an error is in the place of its value.
    """
    started = []
    for number, entry in enumerate(calls):
        entry = tuple(entry)
        if not entry or not isinstance(entry[0], Tool):
            raise TypeError(f"parallel takes (tool, input) pairs; element {number} is none")
        started.append(entry[0].start(*entry[1:]))
    values = []
    for call in started:
        if not settle:
            values.append(call.block())
            continue
        try:
            values.append(call.block())
        except Exception as error:
            values.append(error)
    return values


def encode_input(name, parameters, rules, args, kwargs):
    """The input of a call as text: a record of the tool's properties, or a list."""
    if parameters is None:
        items = list(args)
        if kwargs:
            items.append(kwargs)
        return encode(items)[0]
    if len(args) == 1 and not kwargs and type(args[0]) is dict:
        only = args[0]
        # Without a rule that says otherwise it can only be the input: the host reports its faults.
        if _is_input(only, parameters, rules) or (not parameters and rules and rules[0]):
            return encode(only)[0]
    if len(args) > len(parameters):
        takes = "no arguments" if not parameters else "(" + ", ".join(parameters) + ")"
        raise TypeError(f"{name} takes {takes}, got {len(args)} arguments")
    values = dict(zip(parameters, args))
    for key, value in kwargs.items():
        if key in values:
            raise TypeError(f"{name}() got multiple values for argument {key!r}")
        values[_property(key, parameters)] = value
    # None for an optional argument that was left out by name is a value of its own.
    return encode(values)[0]


def _property(key, parameters):
    """The property that a keyword names: `from_` stands for `from`, `user_id` for `user-id`."""
    if key in parameters:
        return key
    for parameter in parameters:
        if python_name(parameter) == key:
            return parameter
    return key


def python_name(name):
    """A name as Python can write it."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    if not text or text[0].isdigit():
        text = "_" + text
    return text + "_" if keyword.iskeyword(text) else text


def _is_input(value, parameters, rules):
    """As `isInput` of executor/guest/host/arguments.ts, which has the reasons."""
    if any(not isinstance(key, str) for key in value):
        return False
    keys = list(value)
    if rules is None:
        return bool(keys) and all(key in parameters for key in keys)
    is_open, takes_object, needs_object, required, others = rules[:5]
    if not keys:
        return not needs_object
    unknown = [key for key in keys if key not in parameters and key not in others]
    if not unknown:
        return True
    if is_open and (len(unknown) < len(keys) or all(name in value for name in required)):
        return True
    return not takes_object or _is_near_any(unknown, parameters) or _is_near_any(unknown, others)


def _is_near_any(keys, names):
    return any(_is_near(key, name) for key in keys for name in names)


def _is_near(a, b):
    """Whether two names are within two letters of each other, and not all of a short one."""
    a, b = a.lower().replace("_", ""), b.lower().replace("_", "")
    if abs(len(a) - len(b)) > 2:
        return False
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1] <= (2 if min(len(a), len(b)) > 3 else 1)


class Tools(dict):
    """All tools by their exact names; those that are identifiers also as attributes."""

    __name__ = "tools"

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no tool {name}", name=name, obj=self) from None

    def __missing__(self, name):
        raise KeyError(f"there is no tool {name}")

    def __dir__(self):
        return [*super().__dir__(), *(name for name in self if name.isidentifier())]


class Namespace(types.SimpleNamespace):
    """The tools of a server, by their names there."""

    def __getitem__(self, name):
        return self.__dict__[name]


# The tools of a session's programs so far, by exact name: a function that an earlier program has
# kept calls the tool of that name.
_known = {}
# One for all of them: a program may have kept it.
tools = Tools()


def taken_names(specs):
    """The names that `install` gives an execution's tools."""
    names = {"tools", "parallel"}
    for spec in specs:
        if spec[1] is not None:
            names.add(python_name(spec[1]))
        if len(spec) > 4 and spec[4] is not None:
            names.add(python_name(spec[4][0]))
    return names


def install(specs, target):
    """Puts an execution's tools into a namespace, each by its name and in `tools`."""
    for tool in _known.values():
        tool._index = _GONE
    tools.clear()
    spaces = {}
    for index, spec in enumerate(specs):
        name, identifier = spec[0], spec[1]
        tool = _known.get(name)
        if tool is None:
            tool = _known[name] = Tool(index, spec)
        else:
            tool._place(index, spec)
        tools[name] = tool
        if identifier is not None:
            target[python_name(identifier)] = tool
        if len(spec) > 4 and spec[4] is not None:
            space, member, key = spec[4]
            members = spaces.setdefault(space, Namespace())
            members.__dict__[member] = tool
            if key is not None:
                members.__dict__[python_name(key)] = tool
    for space, members in spaces.items():
        target[python_name(space)] = members
    # For programs that import what they need not.
    sys.modules["tools"] = target["tools"] = tools
    target["parallel"] = parallel
    return tools
