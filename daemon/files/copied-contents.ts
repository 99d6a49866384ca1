/** The contents of files on their way into a backup, and the check of them. */

import { createHash } from 'node:crypto'
import { constants, createReadStream, statSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contentPath } from '../../executor/files/file-folder.ts'
import type { StoredContent } from '../store/sqlite/stored-contents.ts'

/** The owner of the daemon alone. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/**
 * Copies contents that are not there yet, and has them on disk when it resolves. A content under its
 * name never changes, so one that is there is whole.
 *
 * @returns those that the first folder does not have
 * @throws {Error} of the file system
 */
export async function copyContents(
  from: string,
  to: string,
  contents: readonly StoredContent[],
): Promise<readonly StoredContent[]> {
  const missing: StoredContent[] = []
  for (const content of contents) {
    const target = contentPath(to, content.sha256)
    if (statSync(target, { throwIfNoEntry: false }) !== undefined) continue
    await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE })
    try {
      // A file system with clones copies no byte until one of the two files changes.
      await copyFile(contentPath(from, content.sha256), target, constants.COPYFILE_FICLONE)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      missing.push(content)
      continue
    }
    const handle = await open(target, 'r+')
    try {
      await handle.chmod(FILE_MODE)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  return missing
}

/** Removes contents that are not among these, and folders that are empty. */
export async function keepContents(
  folder: string,
  contents: readonly StoredContent[],
): Promise<void> {
  const kept = new Set(contents.map(({ sha256 }) => sha256))
  for (const name of await readdir(folder)) {
    const inside = await readdir(join(folder, name))
    const left = inside.filter(sha256 => !kept.has(sha256))
    if (left.length === inside.length) await rm(join(folder, name), { recursive: true })
    else for (const sha256 of left) await rm(join(folder, name, sha256))
  }
}

/** Problems of the contents of a folder, a line each: missing, cut short, or changed. */
export async function contentProblems(
  folder: string,
  contents: readonly StoredContent[],
): Promise<{ readonly sha256: string; readonly problem: string }[]> {
  const problems: { sha256: string; problem: string }[] = []
  for (const { sha256, size } of contents) {
    const problem = await problemOf(contentPath(folder, sha256), sha256, size)
    if (problem !== undefined) problems.push({ sha256, problem: `file ${sha256}: ${problem}` })
  }
  return problems
}

async function problemOf(path: string, sha256: string, size: number): Promise<string | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'its content is not there' : `cannot be read: ${code ?? message}`
  }
  if (bytes !== size) return `its content has ${bytes} bytes, and its record says ${size}`
  return hash.digest('hex') === sha256 ? undefined : 'its content is another one'
}
