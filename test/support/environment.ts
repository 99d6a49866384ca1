/**
 * Loaded before each test file (`.taprc`): the tests find the same environment in every terminal,
 * on every machine and in CI, and so do the processes that they start.
 */

import { registerHooks } from 'node:module'
import { isBuilt } from './built.ts'

/** What terminals, people and CI set, and what would change what tests see. */
const foreign = [
  /^(FORCE_COLOR|NO_COLOR|CLICOLOR(_FORCE)?|COLORTERM|CI|DEBUG)$/,
  /^(LATCHD|OPENAI|OTEL)_/,
  /^(NODE_DEBUG|NODE_NO_WARNINGS|LC_.*|LANGUAGE)$/,
  /^(LISTEN_(FDS|PID|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(PID|USEC)|JOURNAL_STREAM)$/,
  /^(STATE_DIRECTORY|CONFIGURATION_DIRECTORY|CREDENTIALS_DIRECTORY)$/,
]

/** The switches of the tests themselves. */
const own = new Set(['LATCHD_FUZZ_RUNS', 'LATCHD_TEST_DAEMONS'])

for (const name of Object.keys(process.env)) {
  if (!own.has(name) && foreign.some(pattern => pattern.test(name))) delete process.env[name]
}
Object.assign(process.env, { TERM: 'dumb', TZ: 'UTC', LANG: 'C.UTF-8' })

const errorDomain = new URL('./error-domain.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'async-hook-domain'
      ? { url: errorDomain, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})

if (isBuilt) await import('./built-threads.ts')
