/** Writes the table of attempts in docs/threat-model.md from the tables that the tests go through. */

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { constructorChains } from '../escape/attempts/constructor-chains.ts'
import { conversions } from '../escape/attempts/conversion.ts'
import { engineMemory } from '../escape/attempts/engine-memory.ts'
import {
  forgedFrames,
  forgedMessages,
  forgedReports,
  hostileReports,
} from '../escape/attempts/forged-messages.ts'
import { holds } from '../escape/attempts/holds.ts'
import { intrusions, modules } from '../escape/attempts/inner-line.ts'
import { lateWork, traces } from '../escape/attempts/lifetime.ts'
import { meddling } from '../escape/attempts/meddling.ts'
import { promiseAttempts } from '../escape/attempts/promises.ts'
import {
  pythonBombs,
  pythonEscapes,
  pythonFrames,
  pythonSelfHarm,
  pythonTraces,
} from '../escape/attempts/python.ts'
import { realmAttempts } from '../escape/attempts/realm.ts'
import { implants, portMessages, waysOut } from '../escape/attempts/sealed-realm.ts'
import { polled, unpolled } from '../support/hostile-programs.ts'
import { refusedCalls, requestsForOthers, wrongSecrets } from './attacks/access.ts'
import { foreignPages, forgedCookies, markupAttempts } from './attacks/console.ts'
import { FUZZ_RUNS, FUZZ_SEED } from './attacks/fuzz.ts'
import { canaries, leakNames } from './attacks/leaks.ts'
import {
  endlessAnswers,
  forbiddenUrls,
  forgedHeaders,
  forgedMethods,
  ownHosts,
  privateAddresses,
  privateLocations,
  privateNames,
  privateWebhooks,
  resolverAnswers,
} from './attacks/outbound.ts'
import {
  ambiguousRequests,
  foreignHosts,
  foreignOrigins,
  oversizedHeaders,
  slowRequests,
} from './attacks/wire.ts'

const guide = resolve(import.meta.dirname, '../../docs/threat-model.md')

const START = '<!-- attempts: written by test/spec/generate-attempts.ts -->\n'
const END = '<!-- /attempts -->'

const keys = (table: object) => Object.keys(table).length
const nowhere = { secret: '', made: '', url: '', socket: '', pid: 0 }
const belongings = { executions: ['a', 'b'], session: 'c', approvalId: 'd' }

type Row = readonly [claims: string, kind: string, attempts: number | string, where: string]

/** Where a defence does not depend on the level. */
const DAEMON = 'in the daemon'
const BOTH = 'both levels'

const rows: readonly Row[] = [
  ['1', 'constructor chains on what the host gives or throws', constructorChains.length, BOTH],
  [
    '2',
    'conversion, errors, promises and stacks',
    conversions.length + promiseAttempts.length,
    BOTH,
  ],
  ['3', 'built-ins, prototypes, code from text, broken-out sources', realmAttempts.length, BOTH],
  ['4', 'late work, traces of another execution or session', lateWork.length + traces.length, BOTH],
  ['5', 'time, memory, stack, calls, output', polled.length + unpolled.length, BOTH],
  ['7', 'faults of the engine that were found elsewhere', engineMemory.length, BOTH],
  [
    '8, 10',
    'out of the engine: modules, network, files, signals, environment, log, end of the thread',
    // The two that end or fill their thread are no intrusions.
    modules.length + intrusions(nowhere).length + 2,
    BOTH,
  ],
  [
    '8, 9',
    'out of the engine: classes of the network, emitters, shared memory, implants',
    waysOut.length + implants.length,
    BOTH,
  ],
  [
    '9',
    'forged messages, frames and reports, shared memory and ports, workers that are kept',
    forgedMessages.length +
      forgedFrames.length +
      forgedReports.length +
      hostileReports.length +
      meddling.length +
      holds.length,
    BOTH,
  ],
  [
    '9',
    'anything on the port on which a thread answers',
    portMessages.length,
    'level `thread`, three of them at `process`',
  ],
  [
    '12',
    'ways out of a tool that fetches: spellings, names, redirects, URLs, resolvers, this machine',
    // This machine is asked at two ports.
    privateAddresses.length +
      keys(privateNames) +
      privateLocations(0).length +
      keys(forbiddenUrls) +
      keys(resolverAnswers) +
      2 * ownHosts.length,
    DAEMON,
  ],
  [
    '12',
    'requests written into a request, answers without an end',
    forgedHeaders.length + forgedMethods.length + keys(endlessAnswers),
    DAEMON,
  ],
  [
    '29',
    'out of CPython: processes, the bridge, native code, bytecode, network, files, descriptors',
    keys(pythonEscapes('')),
    BOTH,
  ],
  [
    '29',
    "frames at Python's door, programs that break their prelude",
    pythonFrames.length + pythonSelfHarm.length,
    BOTH,
  ],
  ['4, 29', 'what a Python program leaves to the next one', pythonTraces.length, BOTH],
  ['5, 29', 'time, memory, recursion, calls, output, files of Python', pythonBombs.length, BOTH],
  ['13', 'webhooks at private addresses', privateWebhooks.length, DAEMON],
  ['14', 'secrets that are not the one of the digest', wrongSecrets.length, DAEMON],
  ['15', 'routes with tokens that do not open them', refusedCalls.length, DAEMON],
  ['16', "requests for what is another token's", requestsForOthers(belongings).length, DAEMON],
  [
    '18',
    'pages of other sites, and names that lead here',
    foreignHosts('').length + foreignOrigins('').length,
    DAEMON,
  ],
  [
    '19',
    'requests that could be read in two ways, are too large, or never end',
    keys(ambiguousRequests) + oversizedHeaders.length + keys(slowRequests),
    DAEMON,
  ],
  [
    '20',
    `fuzzed requests to every route (seed ${FUZZ_SEED}, as many as 6 s allow)`,
    `up to ${FUZZ_RUNS}`,
    DAEMON,
  ],
  [
    '21',
    'ways of a tool to give a secret away, times secrets',
    leakNames.length * keys(canaries),
    DAEMON,
  ],
  ['27', 'markup in what the console shows', markupAttempts.length, DAEMON],
  [
    '27',
    'forged cookies, and forms of other pages',
    // And two forms that do not say where they come from.
    forgedCookies('').length + foreignPages.length + 2,
    DAEMON,
  ],
]

/** The guide as it is, and as it should be. */
export function attemptsGuide(): { readonly is: string; readonly shouldBe: string } {
  const is = readFileSync(guide, 'utf8')
  const from = is.indexOf(START) + START.length
  const to = is.indexOf(END)
  return { is, shouldBe: `${is.slice(0, from)}\n${table()}\n\n${is.slice(to)}` }
}

function table(): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const head = ['claim', 'kind', 'attempts', 'worked', 'tried']
  // Each attempt is a test, or stands in one, that fails when it works.
  const lines = rows.map(([claims, kind, attempts, where]) => [claims, kind, attempts, 0, where])
  return [head, head.map(() => '---'), ...lines].map(line).join('\n')
}

if (import.meta.main) writeFileSync(guide, attemptsGuide().shouldBe)
