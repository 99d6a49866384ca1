/**
 * Each operation of the store of several daemons, with its connection lost at each of its statements:
 * before the server has it, and when it has carried it out. The answer, and every row that is there
 * afterwards, are those of the same operation with a connection that stays.
 */

import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import { connect } from '../../../daemon/store/postgres/connect.ts'
import { openPostgresStore } from '../../../daemon/store/postgres/open.ts'
import { PostgresServer } from '../../support/postgres.ts'
import { type Cut, cutPlaces, PostgresProxy } from '../../support/postgres-proxy.ts'
import { executionSteps } from '../cuts/execution-steps.ts'
import { ownershipSteps } from '../cuts/ownership-steps.ts'
import { sharedSteps } from '../cuts/shared-steps.ts'
import type { Step, StepGround } from '../cuts/step.ts'
import { ERASE, storedState } from '../cuts/stored-state.ts'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'

const steps: readonly Step[] = [...executionSteps, ...ownershipSteps, ...sharedSteps]
/** What the short form leaves out: a part of a statement, or of an answer, is as good as none. */
const SHORT = ['before', 'after'] as const
/** The clock of a database stands still, so that what is written does not depend on when it is. */
const STANDING_CLOCK = `CREATE OR REPLACE FUNCTION latchd_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT 1700000100000::bigint $$`
/** Databases in which steps are carried out side by side. */
const LANES = 4

export const cutStatements: Drill = {
  title: 'a connection that is lost at any statement of any operation changes nothing',
  run,
}

async function run({ isShort }: DrillOptions): Promise<DrillResult> {
  const server = await new PostgresServer().start()
  const problems: string[] = []
  const statements = new Set<string>()
  const waiting = steps.values()
  let cuts = 0
  const lane = async (_: unknown, n: number) => {
    const ground = await CutGround.open(server, `cuts${n}`)
    try {
      for (const step of waiting) {
        const whole = await ground.carryOut(step)
        for (const text of whole.statements) statements.add(text)
        for (let nth = 1; nth <= whole.statements.length; nth++) {
          for (const place of isShort ? SHORT : cutPlaces) {
            const at = `${step.name}: cut ${place} statement ${nth}, ${short(whole.statements[nth - 1])}`
            cuts++
            problems.push(...(await ground.compare(step, whole, { nth, place }, at)))
          }
        }
      }
    } finally {
      await ground.close()
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    await server.close()
  }
  const figures = { operations: steps.length, statements: statements.size, cuts }
  return { problems, figures, folder: 'none: it was in memory' }
}

const short = (text = '') => text.replaceAll(/\s+/g, ' ').slice(0, 60)

/** What came of a step. */
interface Whole {
  readonly answer: unknown
  readonly state: Awaited<ReturnType<typeof storedState>>
  readonly statements: readonly string[]
}

/** A database of a lane, and two daemons over it. */
class CutGround {
  /** Looks at the database beside the daemons. */
  #beside: pg.Client
  #proxy: PostgresProxy
  #parts: StepGround

  private constructor(beside: pg.Client, proxy: PostgresProxy, parts: StepGround) {
    this.#beside = beside
    this.#proxy = proxy
    this.#parts = parts
  }

  static async open(server: PostgresServer, name: string): Promise<CutGround> {
    const direct = await server.database(name)
    const proxy = await PostgresProxy.open(server.socketPath)
    const databaseUrl = proxy.url(name)
    const store = await openPostgresStore({ databaseUrl, name: 'one', url: undefined })
    const other = await openPostgresStore({ databaseUrl: direct, name: 'other', url: undefined })
    const database = await connect(databaseUrl)
    const beside = new pg.Client({ connectionString: direct })
    await beside.connect()
    await beside.query(STANDING_CLOCK)
    return new CutGround(beside, proxy, { store, other, database })
  }

  /** Carries out a step on an empty store. @throws {Error} it is refused */
  async carryOut({ prepare, act }: Step, cut?: Cut): Promise<Whole> {
    const { store, other } = this.#parts
    this.#proxy.arm()
    await this.#beside.query(ERASE)
    await store.register()
    await other.register()
    await prepare?.(this.#parts)
    this.#proxy.arm(cut)
    const answer = await act(this.#parts)
    const statements = [...this.#proxy.statements]
    return { answer, statements, state: await storedState(this.#beside) }
  }

  /** What differs from the same step with a connection that stays. */
  async compare(step: Step, whole: Whole, cut: Cut, at: string): Promise<string[]> {
    try {
      const { answer, state } = await this.carryOut(step, cut)
      if (!this.#proxy.hasCut) return [`${at}: it was not come to`]
      const problems = await this.#parts.other.verify()
      if (!isDeepStrictEqual(answer, whole.answer)) {
        problems.push(`it answers ${JSON.stringify(answer)}, not ${JSON.stringify(whole.answer)}`)
      }
      for (const table of new Set([...Object.keys(state), ...Object.keys(whole.state)])) {
        const [now, then] = [state[table], whole.state[table]]
        if (!isDeepStrictEqual(now, then)) {
          problems.push(`${table} has ${JSON.stringify(now)}, not ${JSON.stringify(then)}`)
        }
      }
      return problems.map(problem => `${at}: ${problem}`)
    } catch (error) {
      return [`${at}: it is refused: ${(error as Error).message}`]
    }
  }

  async close(): Promise<void> {
    const { store, other, database } = this.#parts
    this.#proxy.arm()
    await Promise.all([store.close(), other.close(), database.close()])
    await this.#beside.end()
    await this.#proxy.close()
  }
}
