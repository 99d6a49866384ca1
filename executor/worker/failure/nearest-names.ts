import { distance } from 'fastest-levenshtein'

/**
 * At most two names that differ by little: a third of the letters, or one begins with the other.
 */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = plain(name)
  return [...candidates]
    .map(candidate => ({ candidate, far: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, far }) => {
      const other = plain(candidate)
      const isPrefix = wanted.length > 3 && (other.startsWith(wanted) || wanted.startsWith(other))
      return far <= Math.max(1, Math.floor(wanted.length / 3)) || isPrefix
    })
    .sort((a, b) => a.far - b.far)
    .slice(0, 2)
    .map(({ candidate }) => candidate)
}

/** Letters and digits only: `fetchUrl` and `fetch_url` are the same mistake. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
