/**
 * `npm run demo`: starts a daemon, runs the example programs on it, prints sources and outcomes,
 * and has an agent solve a task with it. A person answers what the programs ask; during the last one
 * the daemon is killed and started again.
 */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Latchd, type Outcome, type SessionHandle } from '../index.ts'
import { runDemoAgent } from './demo/agent.ts'
import { startDaemon } from './demo/daemon.ts'
import { Person } from './demo/person.ts'
import { printNextSteps, printOutcome, printSource, step } from './demo/print.ts'

const here = new URL('.', import.meta.url)
/** The program that is under way when the daemon is killed. */
const KILLED = '12-haggle.js'
/** The question that waits then. */
const isLast = (input: unknown) => /Buy for 80/.test(JSON.stringify(input))

/** Runs a program; gives its outcome, printed. */
async function show(path: string, where: Latchd | SessionHandle, meanwhile?: () => Promise<void>) {
  const source = readFileSync(new URL(path, here), 'utf8')
  step(path.slice(path.indexOf('/') + 1))
  printSource(source)
  const language = path.endsWith('.ts') ? 'typescript' : 'javascript'
  const running = where.execute({ source, language, durable: meanwhile !== undefined })
  const [outcome] = await Promise.all([running, meanwhile?.()])
  outcomes.push(outcome)
  isWell = printOutcome(outcome) && isWell
}

const startedAtMs = performance.now()
const outcomes: Outcome[] = []
let isWell = true
const stateDir = mkdtempSync(join(tmpdir(), 'latchd-demo-'))
const [agentSecret, personSecret] = [randomUUID(), randomUUID()]
const tokens = `agent:${agentSecret}:execute+read,ada:${personSecret}:admin`

step('starting a daemon with the tools of sdk/examples/tools.ts')
let daemon = await startDaemon(stateDir, tokens, '0')
step(daemon.line)
const { url } = daemon
const latchd = new Latchd({ url, token: agentSecret })
const ada = new Latchd({ url, token: personSecret })
const person = new Person(ada, ({ input }) => isLast(input))
try {
  await person.watch()
  const programs = readdirSync(new URL('programs/', here)).sort()
  for (const file of programs.filter(file => file !== KILLED)) {
    await show(`programs/${file}`, latchd)
  }
  const session = await latchd.sessions.create()
  for (const file of readdirSync(new URL('session/', here)).sort()) {
    await show(`session/${file}`, session)
  }
  isWell = (await runDemoAgent(latchd)) && isWell
  await show(`programs/${KILLED}`, latchd, async () => {
    const approval = await person.left
    step('killing the daemon (SIGKILL) while that waits')
    await daemon.end('SIGKILL')
    daemon = await startDaemon(stateDir, tokens, new URL(url).port)
    step(`${daemon.line}, again`)
    await person.decide(approval)
  })
} finally {
  await Promise.all([latchd.close(), ada.close()])
  await daemon.end('SIGTERM')
  rmSync(stateDir, { recursive: true })
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
const completed = outcomes.filter(({ status }) => status === 'completed').length
step(`${completed} of ${outcomes.length} programs completed in ${seconds} s`)
printNextSteps()
process.exitCode = isWell ? 0 : 1
