/** When a message that did not arrive is posted again. */

const FIRST_MS = 1000
const LONGEST_MS = 3_600_000

/**
 * Milliseconds until the next attempt: about a second after the first, then twice as long each
 * time, up to an hour. Each pause is moved by up to a quarter, so that messages which failed
 * together spread out.
 *
 * @param attempts number of attempts before the one that failed
 * @param random from 0 to 1
 */
export function backOffMs(attempts: number, random: number): number {
  const plainMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempts)
  return Math.round(plainMs * (0.75 + random / 2))
}
