/**
 * The runtimes of the engines that an installation may lack, for the host alone: it reads files.
 */

import { pythonTags } from './cpython/image-source.ts'
import type { EngineName, RuntimeTags } from './engine.ts'

/**
 * The tags of each such engine, without a base snapshot.
 *
 * @throws {LatchdError} `INVALID_REQUEST` when its package is not installed
 */
export const optionalRuntimes: Readonly<Partial<Record<EngineName, () => RuntimeTags>>> = {
  cpython: pythonTags,
}
