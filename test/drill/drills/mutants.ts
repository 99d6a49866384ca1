import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'

/** A fault that the drills are there to find: a text that stands once in a file, and what takes its place. */
interface Mutant {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Who is to find it. */
  readonly drill: string
}

/** The faults, and the drill that is to find each. */
export const mutants: readonly Mutant[] = [
  {
    name: 'guard removed: an interrupted call is made again',
    file: 'executor/calls/journal.ts',
    from: 'return this.#interrupted.has(seq)',
    to: 'return this.#interrupted.has(-seq)',
    drill: 'random-kill',
  },
  {
    name: 'intent not awaited: a call leaves before it is on disk that it does',
    file: 'executor/calls/call-waits.ts',
    from: 'return writer?.isDurable ? this.#durable(writer.sync()) : undefined',
    to: 'void writer?.sync()\n    return undefined',
    drill: 'slow-disk',
  },
  {
    name: 'result dropped: some deliveries are not recorded',
    file: 'executor/calls/tool-calls.ts',
    from: 'this.#host.writer?.record(record)',
    to: 'if (record.position % 3 !== 0) this.#host.writer?.record(record)',
    drill: 'random-kill',
  },
  {
    name: 'signal not durable: a decision is acknowledged before it is on disk',
    file: 'daemon/approvals/approval-service.ts',
    from: 'const outcome = await this.#deps.executions.decisions.decide(approval, decided)',
    to: `const found = await this.#deps.store.approval(approval.approvalId)
    const signalled = this.#deps.executions.decisions.decide(approval, decided)
    if (found?.stored.approval.status === 'pending') {
      void signalled
      return { ...found.stored.approval, status: decided.status, ...(decided.reason && { reason: decided.reason }) }
    }
    const outcome = await signalled`,
    drill: 'decisions',
  },
  {
    name: 'fence removed: whoever owned an execution before may write to it',
    file: 'daemon/store/rules/standing.ts',
    from: 'if (found?.epoch === epoch && isOwned(found)) return found',
    to: 'if (found !== undefined) return found',
    drill: 'zombie',
  },
  {
    name: 'message lost: some events are not told to their webhook',
    file: 'daemon/executions/writer.ts',
    from: 'if (webhook) this.#held.webhooks.push(webhook)',
    to: 'if (webhook && event.sequence % 4 !== 0) this.#held.webhooks.push(webhook)',
    drill: 'random-kill',
  },
  {
    name: 'state lost: what an execution leaves to its session is not kept',
    file: 'daemon/store/sqlite/executions.ts',
    from: 'this.#parts.sessions.ended(row.session_id, snapshot, endedAtMs)',
    to: 'this.#parts.sessions.ended(row.session_id, undefined, endedAtMs)',
    drill: 'random-kill',
  },
  {
    name: 'key forgotten: a deletion takes the idempotency key along',
    file: 'daemon/store/sqlite/executions.ts',
    from: 'this.removeRow(row.id, true)',
    to: 'this.removeRow(row.id, false)',
    drill: 'random-kill',
  },
  {
    name: 'cancel not kept: a cancelled execution is told ended and goes on after a restart',
    file: 'daemon/executions/writer.ts',
    from: 'await store.finish(executionId, this.epoch, ending)',
    to: "if (execution.status !== 'cancelled') await store.finish(executionId, this.epoch, ending)",
    drill: 'random-kill',
  },
  {
    name: 'call repeated: a client’s new process is asked again for what the lost one may have done',
    file: 'daemon/clients/connected-client.ts',
    from: 'ask.isRepeat ||= ask.wasSent',
    to: 'ask.isRepeat ||= false',
    drill: 'random-kill',
  },
  {
    name: 'sweep too wide: what is old is forgotten although it goes on',
    file: 'daemon/store/sqlite/sweeping.ts',
    from: 'ended_ms IS NOT NULL AND ended_ms < ?',
    to: 'ifnull(ended_ms, created_ms) < ?',
    drill: 'retention',
  },
]

/** What a drill stands on. */
const parts = [
  'bin',
  'daemon',
  'executor',
  'protocol',
  'sdk',
  'test/drill',
  'test/soak',
  'test/bench',
  'test/support',
  'package.json',
]
const root = join(import.meta.dirname, '..', '..', '..')
/** Drills draw at random: a mutant that one seed does not show may be shown by the next. */
const TRIES = 4

export const mutantGate: Drill = {
  title: 'each fault that is put in is found',
  run,
}

async function run({ seed }: DrillOptions): Promise<DrillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-mutants-'))
  const problems: string[] = []
  const figures: Record<string, string> = {}
  for (const mutant of mutants) {
    const from = performance.now()
    const found = await findIt(join(folder, 'tree'), mutant, seed).catch((error: Error) => {
      problems.push(`no result: ${mutant.name}: ${error.message}`)
      return undefined
    })
    console.error(
      `${mutant.name}: ${found ?? 'NOT FOUND'} (${((performance.now() - from) / 1000).toFixed(0)} s)`,
    )
    if (found === undefined) problems.push(`not found: ${mutant.name}`)
    else figures[mutant.name] = `found by ${found}`
  }
  await rm(folder, { recursive: true })
  return { problems, figures, folder }
}

/** The drill that found it, and its first words. */
async function findIt(tree: string, mutant: Mutant, seed: number): Promise<string | undefined> {
  for (const part of parts) {
    const filter = (path: string) => !path.includes('node_modules')
    await cp(join(root, part), join(tree, part), { recursive: true, filter })
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
  try {
    await mutate(join(tree, mutant.file), mutant)
    for (let n = 0; n < TRIES; n++) {
      const output = await drillIn(tree, mutant.drill, seed + n)
      if (output !== undefined) return `${mutant.drill} (seed ${seed + n}): ${output}`
    }
    return undefined
  } finally {
    await rm(tree, { recursive: true })
  }
}

/** @throws {Error} when the sources have moved on: then the gate has to as well */
async function mutate(file: string, { name, from, to }: Mutant): Promise<void> {
  const text = await readFile(file, 'utf8')
  const count = text.split(from).length - 1
  if (count !== 1) throw new Error(`The mutant "${name}" fits ${count} times into ${file}`)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}

/** What the drill has found first; `undefined` when it found nothing. */
async function drillIn(tree: string, drill: string, seed: number): Promise<string | undefined> {
  const script = join(tree, 'test', 'drill', 'run.ts')
  const args = [script, '--short', '--only', drill, '--seed', String(seed)]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stderr.on('data', part => {
    errors = (errors + part).slice(-10_000)
  })
  child.stdout.on('data', part => {
    output += part
  })
  const [code, signal] = await once(child, 'close')
  const [problem = ''] = output.split('\n').filter(line => line.startsWith('      '))
  const kept = /the state is in (\S+)/.exec(output)?.[1]
  if (kept?.startsWith(tmpdir())) await rm(kept, { recursive: true, force: true })
  // A drill that does not even run has found nothing.
  if (code !== 0 && !output.includes('FAIL')) {
    throw new Error(`the drill ${drill} did not run (${code ?? signal}): ${errors.slice(-500)}`)
  }
  return code === 1 ? problem.trim().slice(0, 160) : undefined
}
