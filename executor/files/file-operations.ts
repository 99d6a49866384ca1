/**
 * The requests of a guest about files: each is journaled as a call is.
 *
 * The texts are JSON. Bytes stand in them in base64.
 */

import type { Limits } from '../../protocol/limits.ts'

/** The operations of requests about files. */
export const fileOperations = ['read', 'store', 'emit'] as const
/** One of {@link fileOperations}. */
export type FileOperation = (typeof fileOperations)[number]

/** How many requests about files a program may make, beside its calls. */
export const maxFileRequests = ({ maxCalls }: Pick<Limits, 'maxCalls'>): number =>
  maxCalls > LEAST_REQUESTS ? maxCalls : LEAST_REQUESTS

/** As many calls as a program may make unless its request says otherwise. */
const LEAST_REQUESTS = 1000

/** Reads bytes `from` to `to`, without `to`, of a file of the execution. */
export type ReadFileInput = readonly [fileId: string, from: number, to: number]

/** A part of a file that is made: bytes in base64, or a range of a file of the execution. */
export type FilePart = string | ReadFileInput

/** Stores a file, or a piece of one that is stored in several requests. */
export interface StoreFileInput {
  /** Absent: a `Blob`. */
  readonly name?: string
  readonly type: string
  /** Epoch milliseconds. */
  readonly lastModified: number
  readonly parts: readonly FilePart[]
  /** Whether it is only made to become a part of another one. */
  readonly isPiece?: true
}

/** Gives a file of the execution out. */
export type EmitFileInput = readonly [fileId: string]

/** Bytes of a file that cross in one request: as base64 they are a third more. */
export const MAX_CROSSING_BYTES = 786_432
/** Characters of one request: its bytes, and parts that are ranges. */
export const MAX_FILE_INPUT_CHARS = 2 * 1_048_576
/** Parts of one file that is made. */
export const MAX_FILE_PARTS = 10_000
/** Characters of a file's name. */
export const MAX_FILE_NAME = 255
