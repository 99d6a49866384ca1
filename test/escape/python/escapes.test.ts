/** Ways out of the interpreter that Python programs try: one attempt each. */

import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { pythonExecutor } from '../../python/python-executor.ts'
import { pythonEscapes } from '../attempts/python.ts'

process.env.LATCHD_TEST_SECRET = 'a secret of the host'
const mark = join(tmpdir(), `latchd-escaped-${process.pid}`)
t.teardown(() => rmSync(mark, { force: true }))

const { run } = pythonExecutor(t, { tools: { num: async (n: unknown) => n } as never })

t.test('no attempt reaches the host', async t => {
  const { hostname } = await import('node:os')
  for (const [name, source] of Object.entries(pythonEscapes(mark))) {
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
