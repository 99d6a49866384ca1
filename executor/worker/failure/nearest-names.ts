import { distance } from 'fastest-levenshtein'

/**
 * At most two names that differ by little: a third of the letters, or one begins with the other. The
 * name itself is no other one.
 */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = plain(name)
  return [...candidates]
    .filter(candidate => candidate !== name)
    .map(candidate => ({ candidate, far: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, far }) => {
      const other = plain(candidate)
      const isPrefix =
        wanted.length > 3 &&
        (other.startsWith(wanted) || (other !== '' && wanted.startsWith(other)))
      return far <= Math.max(1, Math.floor(wanted.length / 3)) || isPrefix
    })
    .sort((a, b) => a.far - b.far)
    .slice(0, 2)
    .map(({ candidate }) => candidate)
}

/** Letters and digits only, of every script: `fetchUrl` and `fetch_url` are the same mistake. */
const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
