/** Answers what a guest asks about files: see `executor/files/file-operations.ts`. */

import { z } from 'zod'
import { thrownByTool } from '../../protocol/tool/thrown.ts'
import type { FileRange } from '../../protocol/values/file-reference.ts'
import { BYTES, FILE_RANGE, THROWN } from '../../protocol/values/value-format.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import type { GuestRequest } from '../boundary/messages.ts'
import type { ExecutionHost } from '../boundary/ports.ts'
import type { ExecutionFiles } from '../files/execution-files.ts'
import { MAX_FILE_PARTS } from '../files/file-operations.ts'
import type { ExecutionRecord } from '../record/execution-record.ts'

/** A request about a file. */
export type FileRequest = Extract<GuestRequest, { kind: 'file' }>

const Place = z.number()
const Range = z.tuple([z.string(), Place, Place])
const Emit = z.tuple([z.string()])
const Store = z.strictObject({
  name: z.string().exactOptional(),
  type: z.string(),
  lastModified: z.number(),
  parts: z.array(z.union([z.string(), Range])).max(MAX_FILE_PARTS),
  isPiece: z.literal(true).exactOptional(),
})

/** A reply: as it is journaled, bytes as the range that they are, and as the guest takes it. */
export interface FileReply {
  readonly text: string
  readonly whole: string
}

/** Answers a request about a file. Never rejects. */
export async function answerFile(
  request: FileRequest,
  host: ExecutionHost,
  record: ExecutionRecord,
): Promise<FileReply> {
  try {
    const { files } = host
    if (files === undefined) throw new Error('There is no place for files here')
    const text = await perform(request, files, record)
    return { text, whole: await wholeText(text, files) }
  } catch (error) {
    const thrown = thrownByTool(error, '', text => host.redaction?.text(text) ?? text)
    const { tool, ...rest } = thrown
    const text = THROWN + JSON.stringify(rest)
    return { text, whole: text }
  }
}

async function perform(
  { callNumber, operation, input }: FileRequest,
  files: ExecutionFiles,
  record: ExecutionRecord,
): Promise<string> {
  const read: unknown = JSON.parse(input)
  switch (operation) {
    case 'read': {
      const [fileId, from, to] = Range.parse(read)
      return FILE_RANGE + JSON.stringify(await files.range(fileId, from, to))
    }
    case 'store':
      return encodeValue(await files.make(Store.parse(read), callNumber))
    case 'emit': {
      const [fileId] = Emit.parse(read)
      const { name = 'file', type, size } = await files.facts(fileId)
      record.emitFile({ fileId, name, type, size })
      return encodeValue(null)
    }
    default:
      return operation satisfies never
  }
}

/** A reply as the guest takes it: the bytes in place of their range. */
export async function wholeText(text: string, files: ExecutionFiles | undefined): Promise<string> {
  if (text[0] !== FILE_RANGE) return text
  if (files === undefined) throw new Error('There is no place for files here')
  return BYTES + (await files.readRange(JSON.parse(text.slice(1)) as FileRange))
}
