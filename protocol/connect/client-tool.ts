/** Tools of a client in frames: everything but their code. */

import { z } from 'zod'
import type { ShapeOf } from '../base/shape-of.ts'
import type { ToolAnnotations } from '../tool/wire-tool.ts'
import { CLIENT_ID, CLIENT_ID_RULE } from './client-id.ts'

/** A JSON Schema that is data: the schema of a library has methods, which do not travel. */
const JsonSchemaData = z
  .record(z.string(), z.unknown())
  .refine(schema => !('~standard' in schema) && !('jsonSchema' in schema), {
    error: 'a plain JSON Schema is expected',
  })

const durationMs = z.number().positive()

/** {@link ToolAnnotations} on the wire. */
export const WireAnnotations = z.strictObject({
  readOnly: z.boolean().optional(),
  destructive: z.boolean().optional(),
  idempotent: z.boolean().optional(),
} satisfies ShapeOf<ToolAnnotations>)

/** One tool of a client. */
export const ClientTool = z
  .strictObject({
    name: z.string().min(1).max(256),
    description: z.string().default(''),
    inputSchema: JsonSchemaData.optional().describe(
      'JSON Schema; without one the tool takes positional arguments',
    ),
    outputSchema: JsonSchemaData.optional().describe('JSON Schema'),
    annotations: WireAnnotations.optional(),
    timeoutMs: z
      .union([durationMs, z.literal('none')])
      .optional()
      .describe('How long one call may take; `callMs` by default'),
    maxCallsPerExecution: z
      .int()
      .positive()
      .optional()
      .describe('Calls that one execution may make; a further one throws `ToolLimitError` in it'),
    needsApproval: z
      .union([z.boolean(), z.literal('ask')])
      .optional()
      .describe('Whether calls wait for a person; `ask`: the client says it for each'),
    approvalTimeoutMs: durationMs.optional(),
    isConverting: z
      .literal(true)
      .optional()
      .describe(
        'Its own schema takes values that `inputSchema` refuses, and converts them: inputs are checked by the client alone',
      ),
    isImported: z
      .literal(true)
      .optional()
      .describe('Its name was not chosen here: `_` follows one that a standard global has'),
    namespace: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('Programs find the tool as a member of this, too'),
  })
  .meta({ id: 'ClientTool' })
export type ClientTool = z.infer<typeof ClientTool>
/** {@link ClientTool} as a client writes it. */
export type ClientToolInput = z.input<typeof ClientTool>

/** Most tools that one client may offer at a time. */
export const MAX_CLIENT_TOOLS = 1000

/** Several tools of a client, each name once. */
export const ClientToolList = z
  .array(ClientTool)
  .max(MAX_CLIENT_TOOLS)
  .refine(tools => new Set(tools.map(({ name }) => name)).size === tools.length, {
    error: 'each name may occur once',
  })

/** A client's name for itself. */
export const ClientId = z.string().regex(CLIENT_ID, CLIENT_ID_RULE)

/** The field `clientTools` of a request: tools that its client runs, for this execution only. */
export const ClientTools = z
  .strictObject({
    clientId: ClientId.describe('The client that `GET /v1/connect` knows by this name'),
    setId: z
      .string()
      .max(128)
      .optional()
      .describe('Told with each call, so that the client knows which of its tools is meant'),
    tools: ClientToolList,
  })
  .meta({ id: 'ClientTools' })
export type ClientTools = z.infer<typeof ClientTools>
