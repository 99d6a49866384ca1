import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import t from 'tap'
import { createLog, isJournal } from '../../daemon/log/log.ts'
import { Secrets } from '../../daemon/redaction/secrets.ts'
import { logEvent } from '../../daemon/telemetry/execution-log.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import { commandFile } from '../support/built.ts'
import { startProcess } from '../support/command-process.ts'
import { post } from '../support/daemon.ts'
import { serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

/** A log whose lines are in a list. */
function listedLog(options: Parameters<typeof createLog>[1] = {}) {
  const lines: string[] = []
  const log = createLog('trace', { ...options, write: line => lines.push(line) })
  return { log, lines }
}

t.test('each line is JSON, with the ids of what it is about', async t => {
  const module = join(stateFolder(t), 'tools.mjs')
  writeFileSync(module, `export default { fails: () => { throw new Error('no') } }`)
  const options = { env: { LATCHD_LOG_LEVEL: 'debug' } }
  const { url, signal, ended } = await serve(startProcess, t, ['--tools', module], options)
  const source = 'try { fails() } catch {}\nsleep(1)'
  const { body } = await post(`${url}/v1/execute`, { source })
  signal('SIGTERM')
  const { stderr } = await ended
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  const { executionId, calls } = body
  const [failed, slept] = calls.map(({ callId }: { callId: string }) => callId)
  const told = lines
    .filter(line => 'executionId' in line)
    .map(({ executionId, callId, msg, status }) => [executionId, callId, msg, status])
  t.strictSame(told, [
    [executionId, undefined, 'execution started', undefined],
    [executionId, failed, 'call started', undefined],
    [executionId, failed, 'call completed', 'failed'],
    [executionId, slept, 'call started', undefined],
    [executionId, slept, 'call completed', 'completed'],
    [executionId, undefined, 'execution ended', 'completed'],
  ])
})

t.test('what an operator has to look at is told at its level', async t => {
  const { log, lines } = listedLog()
  log.level = 'info'
  const base = { executionId: 'exe_1', sequence: 1, atMs: 0 }
  const stuckError = { code: 'TOOL_CHANGED', name: 'ToolChanged', message: 'a is gone' } as const
  logEvent(log, { ...base, type: 'execution-stuck', error: stuckError })
  const lost = { code: 'ENGINE_FAILURE', name: 'EngineFailure', message: 'The worker was lost' }
  const execution = { status: 'failed', error: lost, usage: {} }
  logEvent(log, { ...base, type: 'execution-ended', execution } as unknown as ExecutionEvent)
  const guest = { status: 'failed', error: { ...lost, code: 'GUEST_ERROR' }, usage: {} }
  logEvent(log, { ...base, type: 'execution-ended', execution: guest } as unknown as ExecutionEvent)
  const told = lines.map(line => JSON.parse(line)).map(({ time, ...line }) => line)
  t.strictSame(told, [
    {
      level: 40,
      executionId: 'exe_1',
      code: 'TOOL_CHANGED',
      why: 'a is gone',
      msg: 'execution stuck',
    },
    {
      level: 50,
      executionId: 'exe_1',
      code: 'ENGINE_FAILURE',
      why: 'The worker was lost',
      msg: 'execution failed',
    },
  ])
})

t.test('lines of the journal begin with their priority', async t => {
  const { log, lines } = listedLog({ hasPriorities: true })
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const) log[level]('x')
  const priorities = lines.map(line => line.slice(0, line.indexOf('{')))
  t.strictSame(priorities, ['<2>', '<3>', '<4>', '<6>', '<7>', '<7>'])
  const plain = listedLog()
  plain.log.error('x')
  t.match(plain.lines[0], /^\{.*\}\n$/)
})

t.test('errors in the log have their stacks and none of the secrets', async t => {
  const { log, lines } = listedLog({ redaction: new Secrets(['a "quoted" secret']) })
  const cause = new Error('for a "quoted" secret')
  log.error({ err: new Error('with a "quoted" secret', { cause }), key: 'a "quoted" secret' }, 'x')
  const [line = ''] = lines
  t.notMatch(line, 'quoted')
  const { err } = JSON.parse(line)
  t.match(err.stack, /with \[redacted\][\s\S]*logs\.test\.ts/)
})

t.test('stderr is the journal only when systemd says that it is this one', async t => {
  const file = openSync(join(stateFolder(t), 'stream'), 'w')
  t.teardown(() => closeSync(file))
  const { dev, ino } = fstatSync(file)
  t.equal(isJournal(`${dev}:${ino}`, file), true)
  t.equal(isJournal(`${dev}:${ino + 1}`, file), false)
  t.equal(isJournal(undefined, file), false)
  t.equal(isJournal('', file), false)
  t.equal(isJournal('1:2', 1_000_000), false, 'a stream that is closed')
})

t.test('a daemon whose stderr is the journal writes priorities', async t => {
  const folder = stateFolder(t)
  const journal = openSync(join(folder, 'journal'), 'w')
  t.teardown(() => closeSync(journal))
  const { dev, ino } = fstatSync(journal)
  const serving = ['serve', '--port', '0', '--workers', '1', '--state-dir', join(folder, 'state')]
  const variables = ['-u', 'NODE_OPTIONS', `JOURNAL_STREAM=${dev}:${ino}`]
  const child = spawn('env', [...variables, process.execPath, commandFile, ...serving], {
    stdio: ['ignore', 'pipe', journal],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  await once(child.stdout as Readable, 'data')
  child.kill('SIGTERM')
  t.strictSame(await exited, [0, null])
  const lines = readFileSync(join(folder, 'journal'), 'utf8').trimEnd().split('\n')
  t.strictSame(
    lines.filter(line => !/^<[2-7]>\{.*\}$/.test(line)),
    [],
  )
  t.match(lines, [/^<6>.*"msg":"listening"/])
  t.match(lines, [/./, /^<4>.*no tokens/])
})
