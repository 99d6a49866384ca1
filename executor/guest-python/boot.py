"""Runs once, while the image is made: loads the library and closes what programs must not use."""

import gc
import sys

import time

from . import absent, calls, hashes, loop, program, zones  # noqa: F401

# Loaded once, so that a program that imports them pays nothing.
import abc, base64, bisect, calendar, cmath, collections.abc, colorsys, concurrent.futures  # noqa
import concurrent.futures.thread, configparser, contextlib, contextvars, copy, csv  # noqa
import dataclasses, datetime, decimal, difflib, email.utils, enum, fnmatch, fractions  # noqa
import functools, hashlib, heapq, hmac, html, html.parser, inspect, io, itertools, json  # noqa
import logging, math, numbers, operator, os.path, pathlib, pprint, queue, random, re  # noqa
import secrets, shlex, statistics, string, struct, tempfile, textwrap, threading  # noqa
import traceback, types, typing, unicodedata, urllib.parse, uuid, warnings, weakref  # noqa
import xml.etree.ElementTree, zlib, zoneinfo, _strptime  # noqa

loop.install()
absent.install()
zones.install()
hashes.install()
time.sleep = calls.sleep

# Ways to JavaScript, to native code and to the machine. What a program loads of them all the same
# meets the sealed imports (executor/engine/cpython/allowed-imports.ts).
_CLOSED = (
    "js",
    "pyodide_js",
    "_pyodide_core",
    "_pyodide",
    "pyodide",
    "ctypes",
    "_ctypes",
    "_posixsubprocess",
    "_multiprocessing",
    "multiprocessing",
    "ssl",
    "_ssl",
    "webbrowser",
)


class _Closed:
    """Refuses the import of what is not here, in the words of any missing module."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in _CLOSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


for _name in list(sys.modules):
    if _name.split(".")[0] in _CLOSED:
        del sys.modules[_name]
sys.meta_path[:] = [one for one in sys.meta_path if "Js" not in type(one).__name__]
sys.meta_path.insert(0, _Closed)
sys.setrecursionlimit(1000)
gc.collect()
gc.freeze()
