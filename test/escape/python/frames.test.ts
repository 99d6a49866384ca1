/** What a program can do that writes to the door itself, and what it may leave to the next program. */

import t from 'tap'
import { pythonExecutor } from '../../python/python-executor.ts'
import { pythonFrames, pythonSelfHarm, pythonTraces } from '../attempts/python.ts'

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
  for (const frame of pythonFrames) {
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
  for (const source of pythonSelfHarm) {
    await run(source, { limits: { cpuMs: 2000 } })
    const next = await run('import json, os\nprint("on")\n[num(1), json.dumps([1]), os.getcwd()]')
    t.strictSame(next.output, [1, '[1]', '/home/guest'], source)
    t.strictSame(next.logs, ['on'], source)
  }
})

for (const [what, does, sees, expected] of pythonTraces) {
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
