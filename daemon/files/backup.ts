/** A copy of a store with the contents of its files, and the check of both. */

import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { pathReason } from '../base/path-reason.ts'
import {
  contentsFolderOf,
  type StoredContent,
  storedContents,
} from '../store/sqlite/stored-contents.ts'
import { backupFile } from '../store/sqlite/upkeep.ts'
import { contentProblems, copyContents, keepContents } from './copied-contents.ts'

/** The files that were copied beside the store. */
export interface CopiedFiles {
  readonly folder: string
  readonly files: number
  readonly bytes: number
  /** Contents that the store itself does not have any more. */
  readonly missing: readonly StoredContent[]
}

/** Copies of the store before it is believed that a content is lost, and not just removed. */
const MAX_COPIES = 3

/**
 * Copies a store into a new file, and its contents into `FILE.files`, also while a daemon uses it.
 *
 * The contents come first and the records then, so that a content which retention removes meanwhile
 * is there or has no record. What was written in between is copied last.
 *
 * @throws {Error} the file or the folder exists; nothing of a failed copy stays
 */
export async function backupWithContents(from: string, to: string): Promise<CopiedFiles> {
  const source = contentsFolderOf(from)
  const folder = `${to}.files`
  for (const [what, path] of [['file', to] as const, ['folder', folder] as const]) {
    if (existsSync(path)) throw new Error(`Cannot copy the store to ${path}: the ${what} exists`)
  }
  try {
    // Also when there is none, so that a backup is always put back in the same way.
    await mkdir(folder, { mode: 0o700 })
    await copyContents(source, folder, storedContents(from))
    let contents: readonly StoredContent[] = []
    let missing: readonly StoredContent[] = []
    for (let copy = 0; copy < MAX_COPIES; copy++) {
      await rm(to, { force: true })
      backupFile(from, to)
      contents = storedContents(to)
      missing = await copyContents(source, folder, contents)
      if (missing.length === 0) break
    }
    await keepContents(folder, contents)
    const files = contents.length - missing.length
    const sum = (list: readonly StoredContent[]) => list.reduce((all, { size }) => all + size, 0)
    return { folder, files, bytes: sum(contents) - sum(missing), missing }
  } catch (error) {
    await rm(to, { force: true })
    await rm(folder, { recursive: true, force: true })
    const reason = pathReason(error)
    if (reason === undefined) throw error
    throw new Error(`Cannot copy the store to ${to}: ${reason}`, { cause: error })
  }
}

/** Problems of the contents that a store or a copy of one refers to, a line each. */
export async function storeContentProblems(file: string): Promise<readonly string[]> {
  const problems = await contentProblems(contentsFolderOf(file), storedContents(file))
  if (problems.length === 0) return []
  // A daemon that uses the store may have removed some meanwhile, with their records.
  const now = new Set(storedContents(file).map(({ sha256 }) => sha256))
  return problems.flatMap(({ sha256, problem }) => (now.has(sha256) ? [problem] : []))
}
