/** Names of what a guest runs on: state that another runtime has made may mean something else here. */

import type { BaseSnapshot } from './base-snapshot-shape.ts'

/** Hexadecimal digits of the prelude's hash in the tag: 64 bits, against accidents only. */
const HASH_DIGITS = 16

/**
 * What a snapshot's memory belongs to: the engine, and the base memory in which the prelude is
 * compiled. That memory is the same in every process (tested), and every address in it counts.
 */
export const snapshotTag = ({ engine, memoryHash }: BaseSnapshot): string =>
  `${engine}, prelude ${memoryHash.slice(0, HASH_DIGITS)}`

/** What a replay depends on: the above, and the data by which `Intl` answers. */
export const runtimeTag = (baseSnapshot: BaseSnapshot): string =>
  `${snapshotTag(baseSnapshot)}, icu ${process.versions.icu}`
