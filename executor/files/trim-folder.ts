/** Keeps a folder of contents that are elsewhere too within a size. */

import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** A content that was used within this time stays: a tool may read it. */
const IN_USE_MS = 3_600_000

interface Content {
  readonly path: string
  readonly size: number
  readonly usedAtMs: number
}

/**
 * Removes contents, the one that was used longest ago first, until the folder has `maxBytes`.
 *
 * @returns how many were removed
 */
export async function trimFolder(folder: string, maxBytes: number, nowMs: number): Promise<number> {
  const contents = await contentsOf(folder)
  let bytes = contents.reduce((sum, { size }) => sum + size, 0)
  let removed = 0
  for (const { path, size, usedAtMs } of contents.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (bytes <= maxBytes || usedAtMs > nowMs - IN_USE_MS) break
    await unlink(path).catch(unlessGone)
    bytes -= size
    removed++
  }
  return removed
}

async function contentsOf(folder: string): Promise<Content[]> {
  const found: Content[] = []
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(error => {
    unlessGone(error)
    return []
  })
  for (const entry of names) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const facts = await stat(path).catch(unlessGone)
    if (facts) found.push({ path, size: facts.size, usedAtMs: facts.mtimeMs })
  }
  return found
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
