/** Copies the contents of files from a state folder to where several daemons have them. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FileFolder } from '../../executor/files/file-folder.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Variables } from '../config/written-value.ts'
import type { ContentStore } from '../store/content-store.ts'
import { CONTENTS_FOLDER } from '../store/sqlite/files.ts'
import { bucketOf } from './open-contents.ts'
import { MAX_DATABASE_FILE_BYTES } from './shared-contents.ts'

/** A content that records of files name. */
export interface NamedContent {
  readonly sha256: string
  readonly size: number
  /** One of the files that have it. */
  readonly fileId: string
}

/** What {@link copyContents} works with. */
export interface CopyContentsOptions {
  readonly stateDir: string
  readonly store: ContentStore
  /** The bucket; absent: into the database. */
  readonly filesUrl: string | undefined
  readonly env: Variables
}

/**
 * Copies contents, each once; those that are there already are not read.
 *
 * @returns those whose bytes are not in the state folder
 * @throws {LatchdError} `PAYLOAD_TOO_LARGE`: one is longer than the database takes
 */
export async function copyContents(
  contents: Iterable<NamedContent>,
  { stateDir, store, filesUrl, env }: CopyContentsOptions,
): Promise<NamedContent[]> {
  const path = join(stateDir, CONTENTS_FOLDER)
  const folder = new FileFolder(path, true)
  const bucket = await bucketOf(filesUrl, env, folder)
  const missing: NamedContent[] = []
  for (const content of contents) {
    const { sha256, size, fileId } = content
    if (!existsSync(join(path, sha256.slice(0, 2), sha256))) {
      missing.push(content)
      continue
    }
    if (bucket === undefined && size > MAX_DATABASE_FILE_BYTES) {
      const message = `Cannot copy the file ${fileId} of ${size} bytes into the database, which takes ${MAX_DATABASE_FILE_BYTES}: set LATCHD_FILES_URL to a bucket`
      throw new LatchdError('PAYLOAD_TOO_LARGE', message)
    }
    await store.keep(sha256, size, () => folder.stream(sha256, 0, size), bucket)
  }
  return missing
}
