/**
 * The console, which costs a daemon nothing until a browser asks for it but the last hour and the
 * last errors of tools.
 */

import { resolve } from 'node:path'
import type { Config } from './config/config.ts'
import type { AnswerConsole, RouteDependencies } from './http/dependencies.ts'
import type { Services } from './services.ts'
import { LastErrors } from './telemetry/last-errors.ts'
import { LastHour } from './telemetry/last-hour.ts'

/** The console of a daemon. */
export interface LazyConsole {
  /** Answers browsers; loads the pages at the first request. */
  readonly answer: AnswerConsole
  /** Ends what it collects. */
  close(): void
}

/**
 * Makes the console of a daemon; `undefined` when the configuration has none.
 *
 * @param routes the parts that the rest of the API is handed; called at the first request
 */
export function lazyConsole(
  { console: isOn, stateDir }: Pick<Config, 'console' | 'stateDir'>,
  services: Services,
  routes: () => RouteDependencies,
): LazyConsole | undefined {
  if (isOn === 'off') return undefined
  const { bus, executions, pool, typeChecker } = services
  const sources = {
    queued: () => executions.queued,
    busy: () => pool.active,
    memoryBytes: () => process.memoryUsage.rss(),
  }
  const lastHour = new LastHour(sources, Date.now)
  const lastErrors = new LastErrors()
  bus.observe((event, { createdAtMs }) => {
    lastHour.onEvent(event, createdAtMs)
    lastErrors.onEvent(event)
  })
  let pages: Promise<AnswerConsole> | undefined
  const load = async () => {
    const { openConsole } = await import('./console/console.ts')
    return openConsole({
      ...routes(),
      stateDir: resolve(stateDir),
      lastHour,
      lastErrors,
      typeChecker,
    })
  }
  return {
    answer: async (request, env, shares) => {
      pages ??= load()
      return (await pages)(request, env, shares)
    },
    close: () => lastHour.close(),
  }
}
