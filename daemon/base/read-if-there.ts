import { readFileSync } from 'node:fs'

/**
 * The text of a file; `undefined` when the file does not exist.
 *
 * @throws {Error} Node's, for other faults
 */
export function readIfThere(path: string | URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
