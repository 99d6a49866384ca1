import { setTimeout as delay } from 'node:timers/promises'
import type { EndedExecution } from '../../../protocol/execution/execution.ts'
import type { DaemonInfo } from '../../../sdk/index.ts'
import { type Random, random } from '../../soak/random.ts'
import { patience } from '../../support/patience.ts'
import { canFindProcesses, workersProcesses } from '../../support/workers-processes.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'
import type { Effect } from '../ledger.ts'
import { VolatileLoad } from '../volatile-load.ts'

/** Up to `work` things are acknowledged before a kill: a process is killed while it comes up, too. */
const SHORT = { rounds: 2, lanes: 6, workers: 2, work: 20 }
const LONG = { rounds: 24, lanes: 12, workers: 4, work: 40 }
/** Of one run that is lost alone twice the program is to blame: so many have to be lost together. */
const MIN_ACTIVE = 3
/** What must come of itself comes within so long. */
const BOUND_MS = 30_000
const LOOK_MS = 5

export const childKill: Drill = {
  title: 'kill -9 of the workers’ process: its daemon goes on, and nobody notices',
  run,
}

/**
 * Two kinds of processes die. In the first the guests are together, and those that were lost with it
 * go on in the second, one at a time: what is lost there is held against its execution, so it is
 * killed only while no execution in it has lost a worker alone.
 */
async function run({ seed, isShort }: DrillOptions) {
  const { rounds, lanes, workers, work } = isShort ? SHORT : LONG
  const scene = await Scene.open(seed, { lanes: lanes / 2 })
  if (!canFindProcesses) return await scene.finish({ skipped: 'this system names no children' })
  await scene.daemon.start({ LATCHD_ISOLATION: 'process', LATCHD_WORKERS: String(workers) })
  const { pid } = scene.daemon
  const volatileLoad = new VolatileLoad(scene, seed, lanes / 2)
  scene.load.start()
  const killer = new Killer({ scene, volatileLoad, draw: random(seed), work })
  for (let n = 0; n < rounds; n++) {
    await killer.killShared()
    if (!isShort && n % 2 === 1) await killer.killAlone()
  }
  // Acknowledged work may have been durable alone; the others are what this drill is about as well.
  await killer.endOfVolatile(rounds)
  await volatileLoad.drain(patience(BOUND_MS))
  scene.demand('executions that are not durable', volatileLoad.ended.length, rounds)
  await scene.load.drain(patience(BOUND_MS))
  if (!scene.daemon.isAlive || scene.daemon.pid !== pid) scene.problems.push('the daemon has ended')
  const ended = [...volatileLoad.ended, ...scene.load.ended.values()]
  scene.problems.push(...compare(ended, await scene.ledger.effects()))
  const { kills, killsAlone } = killer
  return await scene.finish({ kills, killsAlone, volatile: volatileLoad.ended.length })
}

interface KillerOptions {
  readonly scene: Scene
  readonly volatileLoad: VolatileLoad
  readonly draw: Random
  readonly work: number
}

class Killer {
  kills = 0
  killsAlone = 0
  #options: KillerOptions
  #shared: number | undefined

  constructor(options: KillerOptions) {
    this.#options = options
  }

  /** Kills the process that guests share at a random moment; resolves when there is another. */
  async killShared(): Promise<void> {
    await this.#live()
    await this.#kill()
  }

  /** Kills the process in which guests that were lost together go on alone. */
  async killAlone(): Promise<void> {
    await this.#endOfThoseOpen()
    await this.#until('workers are busy', async () => (await this.#active()) >= MIN_ACTIVE)
    await this.#kill()
    const isThere = () => this.#processes.length > 1
    await this.#until('there is a process for those that were lost', isThere)
    await this.#live()
    const alone = this.#processes.find(pid => pid !== this.#shared)
    if (alone === undefined) throw new Error('The process for those that were lost has ended')
    process.kill(alone, 'SIGKILL')
    this.killsAlone++
    await this.#endOfThoseOpen()
  }

  /** Resolves when so many executions that are not durable have ended. */
  endOfVolatile(count: number): Promise<void> {
    const { volatileLoad } = this.#options
    return this.#until('executions ended', () => volatileLoad.ended.length >= count)
  }

  async #live(): Promise<void> {
    const { scene, volatileLoad, draw, work } = this.#options
    await scene.worked(draw.below(work), () => volatileLoad.ended.length)
  }

  get #processes(): number[] {
    return workersProcesses(this.#options.scene.daemon.pid)
  }

  async #kill(): Promise<void> {
    const [first] = this.#processes
    const shared = this.#shared ?? first
    if (shared === undefined) throw new Error('The daemon has no workers’ process')
    const others = new Set(this.#processes)
    process.kill(shared, 'SIGKILL')
    this.kills++
    // The next one is started at once, before that of the lost ones. One that is about to become Node
    // is not to be seen for a moment, so that a second look decides.
    let seen: number | undefined
    await this.#until('the process was replaced', () => {
      const before = seen
      seen = this.#processes.find(pid => !others.has(pid))
      return seen !== undefined && seen === before
    })
    this.#shared = seen
  }

  async #active(): Promise<number> {
    const response = await fetch(`${await this.#options.scene.daemon.url()}/v1/info`)
    return ((await response.json()) as DaemonInfo).active
  }

  /** Resolves when all executions have ended that are under way now. */
  async #endOfThoseOpen(): Promise<void> {
    const { scene, volatileLoad } = this.#options
    const { accepted, ended } = scene.load
    const { underWay } = volatileLoad
    const ids = [...accepted].filter(id => !ended.has(id))
    const requests = [...underWay]
    await this.#until('those under way have ended', () => {
      const isOver = requests.every(request => !underWay.has(request))
      return isOver && ids.every(id => ended.has(id))
    })
  }

  /** @throws {Error} when it does not come to that */
  async #until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + patience(BOUND_MS)
    while (!(await isSo())) {
      if (performance.now() > untilMs) {
        const there = `${this.#processes.join()}, the shared one ${this.#shared}`
        throw new Error(`Not within ${BOUND_MS} ms: ${what}; processes ${there}`)
      }
      await delay(LOOK_MS)
    }
  }
}

/**
 * The daemon has lived all the time, so nothing is unknown to it: every effect was made once, and its
 * value is in the output of its execution once.
 */
function compare(ended: readonly EndedExecution[], effects: readonly Effect[]): string[] {
  const byExecution = Map.groupBy(effects, ({ execution }) => execution)
  const problems: string[] = []
  for (const execution of ended) {
    const { executionId, status, calls } = execution
    const wrong = (text: string) => problems.push(`${executionId}: ${text}`)
    if (status !== 'completed') {
      wrong(`it is ${JSON.stringify(execution)}`)
      continue
    }
    for (const call of calls) if (call.status === 'unknown') wrong(`${call.callId} is unknown`)
    const made = byExecution.get(executionId) ?? []
    byExecution.delete(executionId)
    const text = JSON.stringify(execution.output.value)
    for (const { tool, call, value } of made) {
      const count = tool === 'feed' ? effectsOf(made, call) : text.split(value).length - 1
      if (count !== 1) wrong(`the effect ${value} of ${tool} in ${call} is there ${count} times`)
    }
    // Streams have an effect for each item, and `feed` does not give its own away.
    for (const { callId, tool } of calls) {
      const count = effectsOf(made, callId)
      if (tool !== 'drip' && count > 1) wrong(`${tool} in ${callId} was made ${count} times`)
    }
  }
  for (const id of byExecution.keys()) problems.push(`${id} had effects, and has no end`)
  return problems
}

const effectsOf = (effects: readonly Effect[], call: string) =>
  effects.filter(effect => effect.call === call).length
