/** The audit: who decided, ended, removed or was refused, in the daemon's log. */

import { pino } from 'pino'
import t, { type Test } from 'tap'
import { Audit } from '../../daemon/auth/audit.ts'
import { startProcess } from '../support/command-process.ts'
import { post } from '../support/daemon.ts'
import { serve } from '../support/running-command.ts'

t.test('decisions, ends and refusals are lines of the log, without secrets', async t => {
  const env = {
    LATCHD_TOKENS: 'ann:secret-of-ann,bob:secret-of-bob:read',
    LATCHD_LOG_LEVEL: 'warn',
  }
  const daemon = await serve(startProcess, t, [], { env })
  const { url } = daemon
  const as = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const ann = as('secret-of-ann')
  const source = 'human_approval("a-word-of-the-program")'
  const { executionId, waitingFor } = (await post(`${url}/v1/execute`, { source }, ann)).body
  const [{ approvalId }] = waitingFor
  const decision = { decision: 'reject', reason: 'a-word-of-the-person' }
  await post(`${url}/v1/approvals/${approvalId}`, decision, ann)
  const one = `${url}/v1/executions/${executionId}`
  await fetch(`${one}?waitMs=5000`, { headers: ann })
  await post(`${one}/cancel`, undefined, ann)
  await fetch(one, { method: 'DELETE', headers: ann })
  const session = (await post(`${url}/v1/sessions`, undefined, ann)).body.sessionId
  await fetch(`${url}/v1/sessions/${session}`, { method: 'DELETE', headers: ann })
  await post(`${url}/v1/execute`, { source }, as('a-wrong-secret'))
  await post(`${url}/v1/execute`, { source }, as('secret-of-bob'))
  await daemon.seen('stderr', /FORBIDDEN/)
  daemon.signal('SIGTERM')
  const { stderr } = await daemon.ended
  const told = stderr
    .split('\n')
    .filter(line => line.includes('"audit"'))
    .map(line => JSON.parse(line))
    .map(({ level, time, msg, ...facts }) => facts)
  const by = { by: 'ann', address: '127.0.0.1' }
  const refused = { audit: 'request-refused', address: '127.0.0.1', method: 'POST' }
  t.strictSame(told, [
    { audit: 'token-used', ...by },
    {
      audit: 'approval-decided',
      ...by,
      approvalId,
      executionId,
      tool: 'human_approval',
      decision: 'reject',
      isEdited: false,
      isRemembered: false,
    },
    { audit: 'execution-cancelled', ...by, executionId },
    { audit: 'execution-removed', ...by, executionId },
    { audit: 'session-removed', ...by, sessionId: session },
    { ...refused, path: '/v1/execute', code: 'UNAUTHENTICATED' },
    { audit: 'token-used', by: 'bob', address: '127.0.0.1' },
    { ...refused, by: 'bob', path: '/v1/execute', code: 'FORBIDDEN' },
  ])
  t.notMatch(stderr, /secret|a-word-of/)
})

interface Line {
  readonly path: string
  readonly unwritten?: number
}

function auditOf(t: Test, now: () => number): { audit: Audit; lines: Line[] } {
  const lines: Line[] = []
  const write = (line: string) => lines.push(JSON.parse(line))
  const log = pino({ base: null }, { write })
  t.teardown(() => log.flush())
  return { audit: new Audit(log, now), lines }
}

t.test('a flood of refusals is ten lines a second, and their number', async t => {
  let now = 0
  const { audit, lines } = auditOf(t, () => now)
  const refuse = (path: string) =>
    audit.refused({ by: undefined, address: '::1', method: 'GET', path, code: 'UNAUTHENTICATED' })
  for (let i = 0; i < 1000; i++) refuse('/v1/tools')
  t.equal(lines.length, 10)
  now = 1000
  refuse('/'.repeat(5000))
  t.match(lines[10], { unwritten: 990, path: '/'.repeat(200) })
  t.equal(lines[10]?.path.length, 200)
})
