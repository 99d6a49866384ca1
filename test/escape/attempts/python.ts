/** What Python programs try against their interpreter, its door, the next program and their limits. */

/**
 * Ways out of the interpreter, one attempt each. @param mark a file of the machine that none may write.
 *
 * Each gives what it got, or fails. It has escaped when it got a secret,
 * wrote a file of the machine, or gives a text that begins with `OUT`.
 */
export const pythonEscapes = (mark: string): Readonly<Record<string, string>> => ({
  'os.system': `import os\nos.system("touch ${mark}")`,
  'posix.system by its module': `import posix\nposix.system("touch ${mark}")`,
  subprocess: `import subprocess\nsubprocess.run(["touch", "${mark}"])`,
  'subprocess from what asyncio has loaded': `import asyncio.base_events\nasyncio.base_events.subprocess.run(["touch", "${mark}"])`,
  _posixsubprocess: `import sys\nsys.meta_path.pop(0)\nimport _posixsubprocess\n_posixsubprocess.fork_exec`,
  'os.fork': 'import os\nos.fork()\n"OUT"',
  'os.execv': `import os\nos.execv("/bin/touch", ["touch", "${mark}"])`,
  'os.posix_spawn': `import os\nos.posix_spawn("/bin/touch", ["touch", "${mark}"], {})`,
  'os.kill': 'import os\nos.kill(os.getppid(), 9)\nos.kill(1, 9)',
  'os._exit': 'import os\nos._exit(0)',
  'os.abort': 'import os\nos.abort()',
  'the import js': 'import js\n"OUT " + str(js.globalThis)',
  'the import js, past the finder':
    'import sys\nsys.meta_path.clear()\nimport importlib._bootstrap as b\nsys.meta_path.append(b.BuiltinImporter)\nimport js\n"OUT " + str(js)',
  'the core of the bridge': `import sys
sys.meta_path.pop(0)
import _imp, importlib.machinery as m
spec = m.BuiltinImporter.find_spec("_pyodide_core")
core = _imp.create_builtin(spec)
_imp.exec_builtin(core)
"OUT " + str([n for n in dir(core) if "js" in n.lower()])`,
  'the bridge from memory': `import gc
found = [o for o in gc.get_objects() if "JsProxy" in type(o).__name__ or type(o).__module__ in ("js", "_pyodide_core", "pyodide")]
("OUT " + repr(found)) if found else "nothing"`,
  ctypes: 'import ctypes\nctypes.CDLL(None).system(b"true")\n"OUT"',
  'raw _ctypes': `import sys
sys.meta_path.pop(0)
import _ctypes
f = _ctypes.dlsym(_ctypes.dlopen(None, 0), "system")
_ctypes.call_function(f, (b"touch ${mark}",))`,
  'raw _ctypes, a function of the bridge': `import sys
sys.meta_path.pop(0)
import _ctypes
h = _ctypes.dlopen(None, 0)
out = []
for name in ("hiwire_call", "JsvGlobal_get", "emscripten_run_script", "emscripten_run_script_int", "_emscripten_system"):
    try: out.append(_ctypes.dlsym(h, name))
    except Exception as e: out.append(str(e))
for f in out:
    if isinstance(f, int): _ctypes.call_function(f, (0, 0))
"tried"`,
  'raw _ctypes, every entry of the table': `import sys
sys.meta_path.pop(0)
import _ctypes
for f in range(1, 300):
    try: _ctypes.call_function(f, ())
    except Exception: pass
"tried"`,
  'a library that the program wrote': `import sys
sys.meta_path.pop(0)
open("/tmp/x.so", "wb").write(bytes.fromhex("0061736d01000000"))
import _ctypes
_ctypes.dlopen("/tmp/x.so", 0)
"OUT"`,
  'an extension module that the program wrote': `open("/tmp/evil.cpython-314-wasm32-emscripten.so", "wb").write(bytes.fromhex("0061736d01000000"))
import sys
sys.path.insert(0, "/tmp")
import evil
"OUT"`,
  'crafted bytecode': `def f(): pass
code = f.__code__.replace(co_code=bytes([100, 255, 83, 0]) * 50, co_stacksize=0, co_consts=())
f.__code__ = code
f()`,
  'bytecode with locals out of range': `def f(): return 1
f.__code__ = f.__code__.replace(co_code=bytes([124, 250, 83, 0]))
"OUT" if isinstance(f(), bytes) else "nothing"`,
  sockets: 'import _socket\ns = _socket.socket()\ns.connect(("127.0.0.1", 80))\n"OUT"',
  'sockets, past the finder':
    'import sys\nsys.meta_path.pop(0)\nimport socket\ns = socket.create_connection(("127.0.0.1", 80), 1)\n"OUT"',
  'a name of the network':
    'import sys\nsys.meta_path.pop(0)\nimport socket\n"OUT " + socket.gethostbyname("localhost") if socket.gethostbyname("localhost") != "172.29.1.0" else "made up"',
  'an address of the web':
    'import urllib.request\nurllib.request.urlopen("http://127.0.0.1/").read()\n"OUT"',
  'files of the machine': 'open("/etc/passwd").read()\n"OUT"',
  'the environment': 'import os\nstr(dict(os.environ))',
  'the processes': 'import os\nos.listdir("/proc/self")\nopen("/proc/self/environ").read()\n"OUT"',
  'standard input':
    'import sys, os\ndata = os.read(0, 100)\n("OUT " + repr(data)) if data else "empty"',
  'the device of standard input':
    'data = open("/dev/stdin").read()\n("OUT " + data) if data else "empty"',
  'the terminal': 'data = open("/dev/tty").read()\n("OUT " + data) if data else "empty"',
  'the standard output of the daemon':
    'import os\nos.write(1, b"OUT\\n")\nos.write(2, b"OUT\\n")\n"written"',
  'a mount of the machine': 'import os\nos.listdir("/work")\n"OUT"',
  'a link out': 'import os\nos.symlink("/etc", "/tmp/etc")\nos.listdir("/tmp/etc")\n"OUT"',
  'a device of its own': 'import os\nos.mknod("/tmp/dev", 0o20666, os.makedev(1, 1))\n"tried"',
  threads: 'import threading\nthreading.Thread(target=lambda: None).start()\n"OUT"',
  'shared memory': 'import mmap\nmmap.mmap(-1, 4096)\n"tried"',
  signals: 'import signal, os\nsignal.raise_signal(9)\n"tried"',
  'the host name': 'import os\n" ".join(os.uname())',
  'the user': 'import os, pwd\nstr(pwd.getpwuid(os.getuid()))',
  'the runtime':
    'import sys\nsys._emscripten_info.runtime if hasattr(sys, "_emscripten_info") else "none"',
})

/** Frames that the prelude does not write, as Python. */
export const pythonFrames: readonly string[] = [
  'b""',
  'b"nonsense"',
  'b"{}"',
  'b"2 99 j{}"',
  'b"2 -99 j{}"',
  'b"2 1e3 j{}"',
  'b"2 __proto__ j{}"',
  'b"4 12345 "',
  'b"5 7 "',
  'b"7 7 "',
  'b"14 0 {}"',
  'b"15 0 {}"',
  'b"21 9 x"',
  'b"77 0 x"',
  'b"1 9 text"',
  'b"1 -1 text"',
  'b"9 -5 "',
]

/** Programs that break the prelude they run in. */
export const pythonSelfHarm: readonly string[] = [
  'import latchd_guest.door as d\nd._write = None\nprint(1)',
  'import os\nos.write = None\nos.read = None\nnum(1)',
  'import json\njson.loads = json.dumps = None\nnum(1)',
  'import builtins\nfor n in list(vars(builtins)): delattr(builtins, n)',
  'import sys\nsys.modules.clear()\nnum(1)',
  'import sys\nsys.stdout = sys.stderr = None\n1',
  '__builtins__.clear() if isinstance(__builtins__, dict) else None',
  'import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict): o.clear()',
  'del __name__\nnum(1)',
]

/** What a program does, and what the next one would see of it. */
export const pythonTraces: readonly (readonly [
  what: string,
  does: string,
  sees: string,
  expected: unknown,
])[] = [
  ['a global', 'x = 1', '"x" in globals()', false],
  [
    'a module',
    'import sys, types\nsys.modules["evil"] = types.ModuleType("evil")',
    'import sys\n"evil" in sys.modules',
    false,
  ],
  [
    'a patched function',
    'import json\njson.dumps = lambda *_: "evil"',
    'import json\njson.dumps(1)',
    '1',
  ],
  ['a file', 'open("/tmp/x", "w").write("1")', 'import os\nos.listdir("/tmp")', []],
  ['a file at home', 'open("x", "w").write("1")', 'import os\nos.listdir(".")', []],
  ['a folder', 'import os\nos.makedirs("/tmp/a/b/c")', 'import os\nos.listdir("/tmp")', []],
  ['the working folder', 'import os\nos.chdir("/tmp")', 'import os\nos.getcwd()', '/home/guest'],
  ['the mode of a folder', 'import os\nos.chmod("/tmp", 0)', 'open("/tmp/x", "w").write("1")', 1],
  [
    'a folder less',
    'import os\nos.rmdir("/home/guest")',
    'import os\nos.listdir("/home")',
    ['guest'],
  ],
  ['shared memory', 'open("/dev/shm/x", "w").write("1")', 'import os\nos.listdir("/dev/shm")', []],
  [
    'a descriptor',
    'import os\nfd = os.open("/tmp/x", os.O_CREAT | os.O_RDWR)',
    'import os\ntry:\n    os.fstat(4)\n    out = "open"\nexcept OSError:\n    out = "closed"\nout',
    'closed',
  ],
  [
    'standard output',
    'import os\nos.close(1)\nos.open("/tmp/x", os.O_CREAT | os.O_RDWR)',
    'import os\nos.fstat(1).st_size',
    0,
  ],
  [
    'a module in the library',
    'import os\nopen("/tmp/evil.py", "w").write("x = 1")\ntry: os.rename("/tmp/evil.py", "/lib/python3.14/site-packages/evil.py")\nexcept OSError: pass',
    'try:\n    import evil\n    out = "there"\nexcept ImportError:\n    out = "not there"\nout',
    'not there',
  ],
  ['the environment', 'import os\nos.environ["X"] = "1"', 'import os\nos.environ.get("X")', null],
  [
    'the recursion limit',
    'import sys\nsys.setrecursionlimit(50)',
    'import sys\nsys.getrecursionlimit()',
    1000,
  ],
  ['the switch of the collector', 'import gc\ngc.disable()', 'import gc\ngc.isenabled()', true],
  [
    'a task',
    'import asyncio\nasyncio.get_event_loop().create_task(asyncio.sleep(1))\nfinal_answer(1)',
    'import asyncio\nlen(asyncio.all_tasks(asyncio.get_event_loop()))',
    0,
  ],
]

/** Programs that use more than they may, and the limit or the error that each ends with. */
export const pythonBombs: readonly (readonly [what: string, source: string, expected: object])[] = [
  ['a loop', 'while True:\n    pass', { limit: 'cpuMs', line: 2 }],
  [
    'a loop that catches all',
    'while True:\n    try:\n        while True: pass\n    except:\n        pass',
    { limit: 'cpuMs' },
  ],
  ['a regular expression', 'import re\nre.match("(a+)+$", "a" * 40 + "b")', { limit: 'cpuMs' }],
  ['a large power', 'x = 3 ** (10 ** 9)', { limit: /cpuMs|memoryBytes/ }],
  ['a list', 'x = []\nwhile True:\n    x.append(" " * 100_000)', { limit: 'memoryBytes', line: 3 }],
  ['one allocation', 'x = bytearray(10**9)', { limit: 'memoryBytes' }],
  ['recursion', 'def f(n): return f(n + 1)\nf(0)', { name: 'RecursionError', code: 'GUEST_ERROR' }],
  ['calls', 'while True:\n    num(1)', { limit: 'maxCalls', line: 2 }],
  ['output', '"x" * 3_000_000', { limit: 'maxOutputBytes' }],
  [
    'files',
    'with open("/tmp/a", "wb") as f:\n    while True: f.write(b"x" * 1_000_000)',
    { name: 'OSError', line: 2 },
  ],
  [
    'folders',
    'import os\ni = 0\nwhile True:\n    os.mkdir(f"/tmp/{i}")\n    i += 1',
    { name: /OSError|LimitExceeded/ },
  ],
  [
    'descriptors',
    'x = []\nwhile True:\n    x.append(open("/tmp/a", "w"))',
    { name: /OSError|MemoryError/ },
  ],
  [
    'a deadlock',
    'import asyncio\nawait asyncio.get_running_loop().create_future()',
    { code: 'DEADLOCK' },
  ],
]
