/** Python programs that outlive their daemon: killed while they wait, and started again. */

import t, { type Test } from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { startProcess } from '../support/command-process.ts'
import { fixture } from '../support/daemon.ts'
import { isolation } from '../support/isolation.ts'
import { stateFolder } from '../support/state-folder.ts'

/** Starts daemons one after the other on one folder; each is killed by its `kill`. */
function inARow(t: Test) {
  const env = {
    LATCHD_STATE_DIR: stateFolder(t),
    LATCHD_PORT: '0',
    LATCHD_WORKERS: '1',
    LATCHD_ISOLATION: isolation,
    LATCHD_LOG_LEVEL: 'silent',
    LATCHD_TOOLS: fixture('tools/approval-tools.ts'),
  }
  return async () => {
    const command = startProcess(t, ['serve'], { env })
    const [, url = ''] = await command.seen('stdout', /listening on (\S+)/)
    const latchd = new Latchd({ url })
    t.teardown(() => latchd.close())
    return {
      latchd,
      kill: async () => {
        await latchd.close()
        command.signal('SIGKILL' as never)
        await command.ended
      },
    }
  }
}

/** The first program of a session. */
const counter = `class Counter:
    n = 0
    def up(self):
        self.n += 1
        return self.n
c = Counter()
c.up()`

/** Programs that wait for a person, how they go on, and what they give. */
const programs: Readonly<Record<string, { source: string; approvals: number; output: unknown }>> = {
  'a plain approval': {
    source:
      'print("asked")\nanswer = human_approval("delete file")\nprint("answered")\nanswer["approved"]',
    approvals: 1,
    output: true,
  },
  'an approval in a function, in a handler': {
    source: `import random
seen = [random.random()]
def ask(what):
    try:
        return delete_account(id=what)
    finally:
        seen.append(random.random())
value = ask("a")
[value, len(seen), seen[0] != seen[1]]`,
    approvals: 1,
    output: ['deleted a', 2, true],
  },
  'a gather with one of two answers': {
    source: `import asyncio
async def slow():
    await asyncio.sleep(0.01)
    return "slept"
await asyncio.gather(slow(), delete_account(id="b"))`,
    approvals: 1,
    output: ['slept', 'deleted b'],
  },
  'two approvals at once': {
    source: `import asyncio
a, b = await asyncio.gather(delete_account(id="c"), delete_account(id="d"))
a + b`,
    approvals: 2,
    output: 'deleted cdeleted d',
  },
}

t.test(
  'programs that wait, and the state of sessions, outlive a daemon that is killed',
  async t => {
    const start = inARow(t)
    const first = await start()
    const session = await first.latchd.sessions.create()
    t.equal((await session.execute({ source: counter, language: 'python' })).output, 1)
    // Short programs: the store has them as steps after a snapshot, or after none.
    const up = (of: typeof session) => of.execute({ source: 'c.up()', language: 'python' })
    for (const value of [2, 3, 4]) t.equal((await up(session)).output, value)
    const begun = new Map<string, string>()
    for (const [name, { source, approvals }] of Object.entries(programs)) {
      const { executionId } = await first.latchd.execute({ source, language: 'python', waitMs: 0 })
      begun.set(name, executionId)
      for await (const { type } of first.latchd.events(executionId)) {
        const data = await first.latchd.approvals.list({ executionId, status: 'pending' })
        if (type === 'approval-requested' && data.length === approvals) break
      }
    }
    await first.kill()

    const second = await start()
    for (const [name, { approvals, output }] of Object.entries(programs)) {
      const executionId = begun.get(name) as string
      const data = await second.latchd.approvals.list({ executionId, status: 'pending' })
      t.equal(data.length, approvals, name)
      for (const { approvalId } of data) await second.latchd.approvals.approve(approvalId)
      const outcome = await second.latchd.wait(executionId)
      t.match(outcome, { status: 'completed' }, name)
      t.strictSame(outcome.output, output, name)
    }
    const [plain] = begun.values()
    const { logs } = await second.latchd.get(plain as string)
    t.strictSame(
      logs.map(({ text }) => text),
      ['asked', 'answered'],
    )

    const again = await second.latchd.sessions.open(session.sessionId)
    t.equal((await up(again)).output, 5)
    const other = await again.execute({ source: '1 + 1' })
    const message = /its programs run in \S+, and this one in \S+; a session has one language/
    t.match(other, { status: 'failed', error: { code: 'SNAPSHOT_INCOMPATIBLE', message } })
    t.equal((await up(again)).output, 6)
  },
)
