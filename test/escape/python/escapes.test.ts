/** Ways out of the interpreter that Python programs try: one attempt each. */

import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { pythonExecutor } from '../../python/python-executor.ts'

process.env.LATCHD_TEST_SECRET = 'a secret of the host'
const mark = join(tmpdir(), `latchd-escaped-${process.pid}`)
t.teardown(() => rmSync(mark, { force: true }))

const { run } = pythonExecutor(t, { tools: { num: async (n: unknown) => n } as never })

/**
 * Attempts to reach the host. Each gives what it got, or fails. It has escaped when it got a secret,
 * wrote a file of the machine, or gives a text that begins with `OUT`.
 */
const attempts: Readonly<Record<string, string>> = {
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
}

t.test('no attempt reaches the host', async t => {
  const { hostname } = await import('node:os')
  for (const [name, source] of Object.entries(attempts)) {
    const { output, error, logs } = await run(source, { limits: { cpuMs: 3000 } })
    const text = JSON.stringify([output, error, logs])
    t.notMatch(String(output), /^OUT/, name)
    t.notMatch(text, /a secret of the host|root:x:/, name)
    t.notOk(text.includes(`"${hostname()}`) || text.includes(process.version), name)
    t.notOk(existsSync(mark), name)
    t.notMatch(error, /EngineFailure/, name)
    t.strictSame((await run('import json\nnum(json.loads("1")) + 1')).output, 2, `after ${name}`)
  }
})
