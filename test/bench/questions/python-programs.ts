/**
 * Python: a fresh program, one of a session, calls, throughput, and a worker's memory; beside other
 * interpreters, in the app's own thread.
 */

import { setTimeout as pause } from 'node:timers/promises'

import type { EmbeddedExecutor } from '../../../executor/index.ts'
import { createExecutor } from '../../../executor/index.ts'
import { pythonBombs } from '../../escape/attempts/python.ts'
import { loadPeer } from '../peers.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'
import { rowOf } from '../question.ts'
import { takeInTurns, timed } from '../rounds.ts'
import { p50, sorted } from '../samples.ts'

export const pythonPrograms: Question = { title: 'Python programs', ask }

const TRIVIAL = 'sum(range(10))'
/** Calls of one program, so that what a call takes stands out. */
const CALLS = 100
const PYTHON_CALLS = `for i in range(${CALLS}):\n    x = num(i)\nx`
const SCRIPT_CALLS = `let x; for (let i = 0; i < ${CALLS}; i++) x = num(i); x`
/** A loop that never polls: its thread is ended. */
const C_LOOP = 'sum(range(10**13))'
const BOMB_MS = 250
const BOMB_BYTES = 32_000_000
const US_PER_MS = 1000
const WINDOW_MS = 1000
const LANES = 8
const BYTES_PER_MIB = 1024 * 1024

/** The engine compiles what runs often, which takes a few hundred programs. */
const SAMPLES = 500
/** Of an executor with twice as many of JavaScript. */
const PYTHON_WORKERS = 2
/** After so long without a program a thread has done all that it does after one. */
const REST_MS = 3000
const LOOK_MS = 100

interface Pyodide {
  loadPyodide(): Promise<{ runPython(source: string): unknown }>
}

/** Monty's interpreter: one for each program, with functions of the app's for tools. */
interface Monty {
  readonly Monty: new (
    source: string,
  ) => {
    run(options?: {
      readonly externalFunctions: Readonly<Record<string, (n: unknown) => unknown>>
    }): unknown
  }
}

async function ask(effort: Effort): Promise<Answer> {
  const both = meeting(PYTHON_WORKERS)
  const tools = { num: async (n: unknown) => n, both }
  const executor = createExecutor({ workers: 2 * PYTHON_WORKERS, tools: tools as never })
  try {
    // The workers of JavaScript are there before: the first Python program starts those of Python.
    await executor.execute({ source: '1' })
    const before = process.memoryUsage.rss()
    const from = performance.now()
    await program(executor, TRIVIAL)
    const first = performance.now() - from
    await Promise.all(Array.from({ length: PYTHON_WORKERS }, () => program(executor, 'both()')))
    const perWorker = ((await restingBytes()) - before) / PYTHON_WORKERS / BYTES_PER_MIB
    const session = await executor.sessions.create()
    const pyodide = await peer(async () => {
      const { loadPyodide } = (await import('pyodide')) as unknown as Pyodide
      const { runPython } = await loadPyodide()
      return async () => runPython(TRIVIAL)
    })
    const monty = (source: string) =>
      peer(async () => {
        const { Monty: Interpreter } = await loadPeer<Monty>('@pydantic/monty')
        const externalFunctions = { num: (n: unknown) => n }
        return async () => new Interpreter(source).run({ externalFunctions })
      })
    const [montyTrivial, montyCalls] = await Promise.all([monty(TRIVIAL), monty(PYTHON_CALLS)])
    const script = { source: SCRIPT_CALLS } as const
    const python = { source: PYTHON_CALLS, language: 'python' } as const
    const [fresh, kept, ofPyodide, ofMonty, scriptCalls, pythonCalls, callsOfMonty] =
      await takeInTurns(
        [
          timed(() => program(executor, TRIVIAL)),
          timed(() => session.execute({ source: TRIVIAL, language: 'python' })),
          timed(pyodide),
          perProgram(montyTrivial),
          perCall(() => executor.execute(script)),
          perCall(() => executor.execute(python)),
          perCall(montyCalls),
        ],
        effort.count(SAMPLES),
      )
    const [rate] = await takeInTurns([() => throughput(executor)], effort.count(3))
    const late = await lateEnds(executor)
    const rows = [
      rowOf('a fresh program', 'ms', fresh),
      rowOf('a program of a session', 'ms', kept),
      rowOf('stock Pyodide, one interpreter for all programs', 'ms', ofPyodide),
      rowOf('Monty, a fresh interpreter in the app', 'µs', ofMonty),
      rowOf('a call of JavaScript', 'µs', scriptCalls),
      rowOf('a call of Python', 'µs', pythonCalls),
      rowOf('a call of Monty, of a synchronous function', 'µs', callsOfMonty),
      rowOf('fresh programs on two workers', '/s', rate),
      rowOf('a bomb beyond its limit', 'ms', { samples: sorted(late) }),
      rowOf('the first program of a process', 'ms', { samples: [first] }),
      rowOf('memory of a worker', 'MiB', { samples: [perWorker] }),
    ]
    return { rows, targets: targets(rows) }
  } finally {
    await executor.close()
  }
}

const program = (executor: EmbeddedExecutor, source: string) =>
  executor.executeOrThrow({ source, language: 'python' })

/** The least memory of the process in a time without programs. */
async function restingBytes(): Promise<number> {
  let least = Infinity
  for (let waited = 0; waited < REST_MS; waited += LOOK_MS) {
    await pause(LOOK_MS)
    least = Math.min(least, process.memoryUsage.rss())
  }
  return least
}

/** Answers its callers when so many are there: each of them has a worker then. */
function meeting(size: number): () => Promise<void> {
  const met = Promise.withResolvers<void>()
  let count = 0
  return () => {
    if (++count === size) met.resolve()
    return met.promise
  }
}

/** A peer's way to run the trivial program; one that is not there fails when it is asked. */
async function peer(open: () => Promise<() => Promise<unknown>>): Promise<() => Promise<unknown>> {
  try {
    return await open()
  } catch (error) {
    return () => Promise.reject(error)
  }
}

/** Microseconds of one program. */
function perProgram(run: () => Promise<unknown>): () => Promise<number> {
  const whole = timed(run)
  return async () => (await whole()) * US_PER_MS
}

/** Microseconds of one call. */
function perCall(run: () => Promise<unknown>): () => Promise<number> {
  const whole = timed(run)
  return async () => ((await whole()) / CALLS) * US_PER_MS
}

/** Milliseconds of each bomb beyond what its limit lets it run. */
async function lateEnds(executor: EmbeddedExecutor): Promise<number[]> {
  const late: number[] = []
  for (const [, source] of [...pythonBombs, ['', C_LOOP]] as const) {
    const limits = { cpuMs: BOMB_MS, maxCalls: CALLS, memoryBytes: BOMB_BYTES }
    const from = performance.now()
    const { status } = await executor.execute({ source, language: 'python', limits })
    late.push(Math.max(0, performance.now() - from - BOMB_MS))
    if (status !== 'failed') throw new Error(`${source} is ${status}`)
  }
  return late
}

async function throughput(executor: EmbeddedExecutor): Promise<number> {
  const from = performance.now()
  let ended = 0
  const lane = async () => {
    while (performance.now() - from < WINDOW_MS) {
      await program(executor, TRIVIAL)
      ended++
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return (ended / (performance.now() - from)) * 1000
}

/** What the design promises, of a machine with two quiet cores. */
function targets(rows: readonly Row[]): Target[] {
  const value = (name: string) => p50(rows.find(row => row.name === name)?.samples ?? [])
  const atMost = (what: string, bound: number, unit: Target['unit']): Target => {
    return { what, value: value(what), bound, unit, sense: 'at most' }
  }
  return [
    atMost('a fresh program', 5, 'ms'),
    atMost('a program of a session', 1, 'ms'),
    atMost('a call of Python', value('a call of JavaScript') + 60, 'µs'),
    atMost('memory of a worker', 80, 'MiB'),
    {
      ...atMost('a bomb beyond its limit', 300, 'ms'),
      value: rows.find(row => row.name === 'a bomb beyond its limit')?.samples.at(-1) ?? Number.NaN,
    },
    {
      what: 'fresh programs on two workers',
      value: value('fresh programs on two workers'),
      bound: 300,
      unit: '/s',
      sense: 'at least',
    },
  ]
}
