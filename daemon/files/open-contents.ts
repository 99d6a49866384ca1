/** Opens the contents of files: in a folder of the state folder, or those that daemons share. */

import { join } from 'node:path'
import { FileFolder } from '../../executor/files/file-folder.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Variables } from '../config/written-value.ts'
import type { ContentStore } from '../store/content-store.ts'
import { CONTENTS_FOLDER } from '../store/sqlite/files.ts'
import type { ContentBucket, SharedContents } from './shared-contents.ts'

/** Where contents are to be. */
export interface ContentsOptions {
  readonly stateDir: string
  /** The contents that daemons share; absent: this one's are its own. */
  readonly store: ContentStore | undefined
  /** The bucket of shared contents; absent: in the database. */
  readonly filesUrl: string | undefined
  readonly env: Variables
}

/** @throws {LatchdError} `CONFIG_INVALID`: the bucket cannot be used */
export async function openContents(options: ContentsOptions): Promise<FileFolder | SharedContents> {
  const { stateDir, store, filesUrl } = options
  if (store !== undefined) return await openSharedContents({ ...options, store })
  if (filesUrl === undefined) return new FileFolder(join(stateDir, CONTENTS_FOLDER), true)
  const message =
    'Cannot use LATCHD_FILES_URL: it is for daemons that share a database, and LATCHD_DATABASE_URL is not set'
  throw new LatchdError('CONFIG_INVALID', message)
}

/** Opens contents that several daemons have. @throws {LatchdError} `CONFIG_INVALID` */
export async function openSharedContents({
  stateDir,
  store,
  filesUrl,
  env,
}: ContentsOptions & { readonly store: ContentStore }): Promise<SharedContents> {
  const { SharedContents } = await import('./shared-contents.ts')
  const path = join(stateDir, CONTENTS_FOLDER)
  // On disk before it has its name: a machine that loses power must not find half of one under it.
  const folder = new FileFolder(path, true)
  const bucket = await bucketOf(filesUrl, env, folder)
  return new SharedContents({ folder, path, store, bucket })
}

/**
 * The bucket of shared contents; `undefined` when they are in the database.
 *
 * @param folder has what is written into the bucket
 * @throws {LatchdError} `CONFIG_INVALID`
 */
export async function bucketOf(
  filesUrl: string | undefined,
  env: Variables,
  folder: FileFolder,
): Promise<ContentBucket | undefined> {
  if (filesUrl === undefined) return undefined
  const { openBucket } = await import('./s3-bucket.ts')
  return await openBucket(filesUrl, env, sha256 => folder.blob(sha256, ''))
}
