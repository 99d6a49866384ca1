/** The releases of Node that latchd knows about, and the age at which this knowledge is too old. */

/**
 * The oldest release that runs TypeScript natively and has the features that the daemon needs;
 * `engines` names it too.
 */
const OLDEST = '24.21.0'

/**
 * The last security release of each line that was known at {@link KNOWN_AT}, from Node's own change
 * logs: 24.22.3 of 11 November 2026, 26.12.1 of 21 October 2026. Whether the line 26 has one of
 * November was not to be seen here.
 */
const lastSecurityReleases: Readonly<Record<string, string>> = { 24: '24.22.3', 26: '26.12.1' }

/** When the table was last compared with the change logs. */
const KNOWN_AT = '2026-11-29'

/** Node has a security release about every six weeks: an older table cannot judge a version. */
const STALE_DAYS = 90
const DAY_MS = 86_400_000

/** A problem with a version of Node. `isFatal`: latchd does not run on it. */
export interface NodeProblem {
  readonly isFatal: boolean
  readonly message: string
}

/**
 * The problem with a version such as `26.12.1`; `undefined` when it has none.
 *
 * @param nowMs epoch milliseconds
 */
export function nodeProblem(version: string, nowMs: number): NodeProblem | undefined {
  if (isOlder(version, OLDEST)) {
    return { isFatal: true, message: `latchd needs Node ${OLDEST} or newer` }
  }
  const [line] = version.split('.') as [string]
  const known = lastSecurityReleases[line]
  if (known !== undefined && isOlder(version, known)) {
    return { isFatal: false, message: `it lacks the security fixes of ${known}: update Node` }
  }
  const isOdd = Number(line) % 2 === 1
  if (known === undefined && isOdd) {
    const lines = Object.keys(lastSecurityReleases).join(' or ')
    return { isFatal: false, message: `its line has no long-term support: use Node ${lines}` }
  }
  if (nowMs - Date.parse(KNOWN_AT) > STALE_DAYS * DAY_MS) {
    const message = `whether it is current is not known: this latchd knows Node's releases as of ${KNOWN_AT}; https://nodejs.org/en/blog/vulnerability tells`
    return { isFatal: false, message }
  }
  return undefined
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map(text => text.split('.').map(part => Number.parseInt(part, 10)))
  for (const [index, part] of (b as number[]).entries()) {
    const difference = ((a as number[])[index] ?? 0) - part
    if (difference !== 0) return difference < 0
  }
  return false
}
