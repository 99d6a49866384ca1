/** What is known of Node's releases. */

/** The least that runs TypeScript natively and has what the daemon needs; `engines` says the same. */
const OLDEST = '24.21.0'

/** The last security release of each line that was known when this was written. */
const lastSecurityReleases: Readonly<Record<string, string>> = { 24: '24.21.0', 26: '26.10.0' }

/** What is wrong with a version of Node; `isFatal` when latchd does not run on it. */
export interface NodeProblem {
  readonly isFatal: boolean
  readonly message: string
}

/** The problem with a version such as `26.10.0`; `undefined` when there is none. */
export function nodeProblem(version: string): NodeProblem | undefined {
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
