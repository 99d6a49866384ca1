/** Snapshots of Python sessions: what differs from the image. */

import { putParts } from '../memory-parts.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  type SessionMemory,
  type SnapshotBase,
} from '../session-snapshot.ts'
import type { PythonSnapshot } from './image.ts'
import { imageTag } from './image-tag.ts'

/** The image as a whole, which sessions alone need. */
let whole: Uint8Array | undefined

function baseOf(snapshot: PythonSnapshot): SnapshotBase {
  if (whole === undefined) {
    whole = new Uint8Array(snapshot.imageBytes)
    putParts(whole, snapshot.parts)
  }
  return { tag: imageTag(snapshot), memory: whole, lowest: 0 }
}

/** A snapshot of a guest at rest; `undefined` when it has more bytes than that. */
export const writePages = (
  snapshot: PythonSnapshot,
  memory: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined => encodeSnapshot(baseOf(snapshot), memory, maxBytes)

/** Reads a snapshot. @throws {LatchdError} SNAPSHOT_INCOMPATIBLE */
export const readPages = (snapshot: PythonSnapshot, bytes: Uint8Array): SessionMemory =>
  decodeSnapshot(baseOf(snapshot), bytes)
