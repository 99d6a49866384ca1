/** Snapshots of Python sessions: what differs from the image. */

import { decodeSnapshot, encodeSnapshot, type SessionMemory } from '../session-snapshot.ts'
import type { PythonSnapshot } from './image.ts'
import { imageTag } from './image-tag.ts'

const baseOf = (snapshot: PythonSnapshot) => ({
  tag: imageTag(snapshot),
  memory: snapshot.image,
  lowest: 0,
})

/** A snapshot of a guest at rest; `undefined` when it has more bytes than that. */
export const writePages = (
  snapshot: PythonSnapshot,
  memory: Uint8Array,
  maxBytes: number,
): Uint8Array | undefined => encodeSnapshot(baseOf(snapshot), memory, maxBytes)

/** Reads a snapshot. @throws {LatchdError} SNAPSHOT_INCOMPATIBLE */
export const readPages = (snapshot: PythonSnapshot, bytes: Uint8Array): SessionMemory =>
  decodeSnapshot(baseOf(snapshot), bytes)
