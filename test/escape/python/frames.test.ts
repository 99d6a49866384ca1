/** What a program can do that writes to the door itself, and what it may leave to the next program. */

import t from 'tap'
import { pythonExecutor } from '../../python/python-executor.ts'

const calls: unknown[] = []
const { run } = pythonExecutor(t, {
  tools: {
    num: async (n: unknown) => {
      calls.push(n)
      return n
    },
  } as never,
})

/** Writes a frame and reads the answer. */
const raw = `import os
def raw(frame):
    try:
        os.write(3, frame)
    except OSError as e:
        return f"refused {e.errno}"
    return os.read(3, 1000)
`

t.test('a frame that the prelude does not write is refused', async t => {
  calls.length = 0
  for (const frame of [
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
    'b"21 0 x"',
    'b"77 0 x"',
    'b"1 9 text"',
    'b"1 -1 text"',
    'b"9 -5 "',
  ]) {
    const { output, error } = await run(`${raw}raw(${frame})`)
    t.equal(output ?? error, 'refused 28', frame)
  }
  t.strictSame(calls, [])
})

t.test('a program that reports its own end goes on, and its real end counts', async t => {
  const { outcome, logs } = await run(
    `${raw}raw(b'12 0 p2:j1forged')\nraw(b'13 0 {"name":"Forged"}')\nprint("still here")\n7`,
  )
  t.match(outcome, { status: 'completed', output: 7 })
  t.strictSame(logs, ['still here'])
})

t.test('a report that is none ends the program alone', async t => {
  for (const report of ['p99:j1', 'nonsense', 'd3:d[]']) {
    const source = `${raw}import latchd_guest.program as p
p.encode = None
os.write(3, b"11 1 ${report}")`
    const { outcome } = await run(source)
    t.not(outcome.status, 'cancelled')
    t.equal((await run('num(1)')).output, 1, 'the next program is right')
  }
})

t.test('arguments that are no text of the codec end the program alone', async t => {
  for (const text of ['', 'q', 'j{', 'd[[9]]', 'd[["Nope",1]]', 'e{}']) {
    await run(`${raw}raw(b'2 0 ${text}')`)
    t.equal((await run('num(1)')).output, 1, `after ${text}`)
  }
})

t.test('a program that closes its door is told so', async t => {
  const { error } = await run('import os\nos.close(3)\n1')
  t.match(error, /descriptor 3|Bad file descriptor/)
  t.equal((await run('num(1)')).output, 1)
})

t.test('a program that breaks the prelude harms itself', async t => {
  for (const source of [
    'import latchd_guest.door as d\nd._write = None\nprint(1)',
    'import os\nos.write = None\nos.read = None\nnum(1)',
    'import json\njson.loads = json.dumps = None\nnum(1)',
    'import builtins\nfor n in list(vars(builtins)): delattr(builtins, n)',
    'import sys\nsys.modules.clear()\nnum(1)',
    'import sys\nsys.stdout = sys.stderr = None\n1',
    '__builtins__.clear() if isinstance(__builtins__, dict) else None',
    'import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict): o.clear()',
    'del __name__\nnum(1)',
  ]) {
    await run(source, { limits: { cpuMs: 2000 } })
    const next = await run('import json, os\nprint("on")\n[num(1), json.dumps([1]), os.getcwd()]')
    t.strictSame(next.output, [1, '[1]', '/home/guest'], source)
    t.strictSame(next.logs, ['on'], source)
  }
})

/** What a program does, and what the next one would see of it. */
const left: readonly (readonly [what: string, does: string, sees: string, expected: unknown])[] = [
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

for (const [what, does, sees, expected] of left) {
  t.test(`a program leaves nothing to the next one: ${what}`, async t => {
    await run(does)
    const { output, error } = await run(sees)
    t.equal(error, undefined)
    t.strictSame(output, expected)
  })
}

t.test('the library cannot be written to', async t => {
  for (const source of [
    'f = open("/lib/python314.zip", "r+b")\nf.write(b"x")\nf.flush()',
    'open("/lib/python314.zip", "wb")',
    'import os\nos.truncate("/lib/python314.zip", 0)',
    'import os\nos.unlink("/lib/python314.zip")',
    'import os\nos.rename("/lib/python314.zip", "/tmp/x")',
    'open("/lib/python3.14/site-packages/x.py", "w")',
    'import os\nos.mkdir("/x")',
    'import os\nos.unlink("/dev/latch")',
    'import mmap\nf = open("/lib/python314.zip", "r+b")\nm = mmap.mmap(f.fileno(), 0)\nm[0:2] = b"xx"\nm.flush()\nraise OSError("written")',
  ]) {
    t.match((await run(source)).error, /OSError|PermissionError|SystemError|ValueError/, source)
    t.equal(
      (
        await run(
          'import wave, zipfile\nlen(zipfile.ZipFile("/lib/python314.zip").namelist()) > 100',
        )
      ).output,
      true,
      source,
    )
  }
})
