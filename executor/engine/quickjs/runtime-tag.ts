/** Names of the runtime of a guest. State from another runtime may mean something else here. */

import type { BaseSnapshot } from './base-snapshot-shape.ts'

/** Hexadecimal digits of the prelude's hash in the tag: 64 bits, against accidents only. */
const HASH_DIGITS = 16

/**
 * Names the engine and the base memory, in which the prelude is compiled. A snapshot fits only
 * these. The base memory is the same in every process (tested), and every address in it counts.
 */
export const snapshotTag = ({ engine, memoryHash }: BaseSnapshot): string =>
  `${engine}, prelude ${memoryHash.slice(0, HASH_DIGITS)}`

/** Names all that a replay depends on: the above, and the data by which `Intl` answers. */
export const runtimeTag = (baseSnapshot: BaseSnapshot): string =>
  `${snapshotTag(baseSnapshot)}, icu ${process.versions.icu}`
