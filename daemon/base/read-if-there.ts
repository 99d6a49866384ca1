import { readFileSync } from 'node:fs'

/** The text of a file; `undefined` when there is none. @throws what Node does for one that cannot be read */
export function readIfThere(path: string | URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
