import t from 'tap'
import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import { Latencies } from '../../executor/calls/latencies.ts'
import { RunningExecution } from '../../executor/execution/execution.ts'
import { planExecution } from '../../executor/execution/plan.ts'
import { Supervision } from '../../executor/pool/watchdog.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'

const turn = () => new Promise<void>(resolve => setImmediate(resolve))

t.test('a call whose decision comes together with a park is left to whoever resumes', async t => {
  const pool = new WorkerPool(1)
  t.teardown(() => pool.close())
  const made: unknown[] = []
  const sign = normalizeTool({
    name: 'sign',
    description: '',
    needsApproval: true,
    execute: (...args: unknown[]) => made.push(args),
  })
  const plan = planExecution(
    { source: 'sign(1)', language: 'javascript' },
    new Toolbox([sign]),
    undefined,
    'test',
  )
  const asked = Promise.withResolvers<CallApproval>()
  const deps = { pool, supervision: new Supervision(), latencies: new Latencies() }
  const records: string[] = []
  const running = new RunningExecution(plan, deps, {
    onEvent: () => {},
    showApproval: async approval => asked.resolve(approval),
    expireApproval: () => {},
    writer: {
      isDurable: true,
      record: ({ kind }) => records.push(kind),
      program: () => {},
      sync: async () => {},
      readTexts: async () => [],
    },
  })
  const end = await running.run()
  t.equal(end.kind, 'waiting')
  const approval = await asked.promise
  // As when the store has put it away, and a person decides before that is known here.
  running.decide({ ...approval, approval: { ...approval.approval, status: 'approved' } })
  running.evict()
  for (let n = 0; n < 5; n++) await turn()
  t.strictSame({ made, records }, { made: [], records: [] })
})
