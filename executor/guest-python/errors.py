"""Errors of tools' calls, and what ends a program on purpose."""

import json

_loads = json.loads


class Control(BaseException):
    """Ends the program. No handler of the program may keep it: see rewrite.py."""


class FinalAnswer(Control):
    """`final_answer(value)` was called."""

    def __init__(self, value):
        super().__init__("final_answer")
        self.value = value


class Ended(Control):
    """The host ends a program of a session: it unwinds, and can ask for nothing more."""


class ToolError(Exception):
    """A tool's call failed: `name`, `message`, `code` and `tool` are those of the tool's error."""

    name = "ToolError"
    code = None
    tool = None
    hint = None

    def __init__(self, message=""):
        super().__init__(message)
        self.message = message


class ToolInputError(ToolError, TypeError):
    """The input of a call does not fit the tool's schema."""


class ToolTimeoutError(ToolError, TimeoutError):
    """The tool did not answer in time."""


class ToolLimitError(ToolError):
    """The tool was called too often."""


class ToolUnavailableError(ToolError):
    """The tool is not there any more."""


class ApprovalRejectedError(ToolError):
    """A person rejected the call."""


class ApprovalExpiredError(ToolError):
    """Nobody decided about the call in time."""


class CallInterruptedError(ToolError):
    """The daemon was lost in the middle of the call, which may have run."""


ERROR_CLASSES = {
    one.__name__: one
    for one in (
        ToolError,
        ToolInputError,
        ToolTimeoutError,
        ToolLimitError,
        ToolUnavailableError,
        ApprovalRejectedError,
        ApprovalExpiredError,
        CallInterruptedError,
    )
}

_OWN = ("name", "message", "code", "tool", "hint")


def thrown_error(text):
    """The exception for an error that the host describes as JSON."""
    thrown = _loads(text)
    name = thrown["name"]
    error = ERROR_CLASSES.get(name, ToolError)(thrown["message"])
    error.name = name
    error.code = thrown.get("code")
    error.tool = thrown.get("tool")
    error.hint = thrown.get("hint")
    for key, value in (thrown.get("details") or {}).items():
        if key not in _OWN and key.isidentifier() and not key.startswith("__"):
            setattr(error, key, value)
    return error


def tool_error(name, message, code, tool):
    """An error of the prelude's own, as the host would make it."""
    error = ERROR_CLASSES.get(name, ToolError)(message)
    error.name = name
    error.code = code
    error.tool = tool
    return error
