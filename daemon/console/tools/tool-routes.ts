/** The pages of tools, and the form that calls one. */

import type { Hono } from 'hono'
import { readBody } from '../../../executor/execution/plan.ts'
import { inTurns } from '../../../protocol/base/in-turns.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import { declareTools } from '../../../protocol/tool/declarations.ts'
import { describeTool, type Tool } from '../../../protocol/tool/tool.ts'
import type { Caller } from '../../auth/caller.ts'
import { requireScope } from '../../auth/tokens.ts'
import { callerTools } from '../../http/caller-tools.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { statusOf } from '../../http/problem.ts'
import { submitRequest } from '../../http/submission.ts'
import type { FailedCall } from '../../telemetry/last-errors.ts'
import type { ConsoleDependencies, PageContext } from '../dependencies.ts'
import { readForm } from '../form.ts'
import { type Page, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { fieldsOf } from '../schema-form/fields.ts'
import { readInput } from '../schema-form/read-input.ts'
import { may } from '../scopes.ts'
import { toolRecords } from './tool-latencies.ts'
import { type ToolView, toolPage, toolsPage } from './tool-pages.ts'

const PATH = '/console/tools'

/** Adds the list of tools, one tool, and the form that tries it. */
export function addToolPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  app.get(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { tools } = callerTools(deps, caller)
    const [records, prompt, pending] = await Promise.all([
      toolRecords(deps.metrics),
      inTurns(declareTools(tools.map(describeTool))),
      pendingText(deps, caller),
    ])
    const main = toolsPage(tools, records, prompt, deps.mcp?.facts ?? [])
    return sendPage(context, { title: 'Tools', section: PATH, main, pending }, deps.tokens.size > 0)
  })

  app.get(`${PATH}/tool`, async context => {
    requireScope(context.get('caller'), 'read')
    return await sendTool(context, deps, toolOf(context, deps))
  })

  app.post(`${PATH}/tool`, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    requireScope(caller, 'read')
    const tool = toolOf(context, deps)
    const form = await readForm(context)
    try {
      const input = readInput(form, fieldsOf(tool, undefined), undefined)
      const request = readBody({ source: callOf(tool), inputs: { input } })
      const executionId = await submitRequest(deps, request, caller, taken)
      return context.redirect(`/console/executions/${executionId}`, 303)
    } catch (error) {
      if (!(error instanceof LatchdError)) throw error
      deps.metrics.onRefusal(error.code)
      return await sendTool(
        context,
        deps,
        tool,
        { refused: { given: form, message: error.message } },
        error,
      )
    }
  })
}

const taken = { isDurable: true, key: undefined, traceparent: undefined }

/** The program that calls a tool once. */
function callOf({ name, inputForm }: Tool): string {
  const args = inputForm === 'list' ? '...inputs.input' : 'inputs.input'
  return `tools[${JSON.stringify(name)}](${args})`
}

/** The tool of the request. @throws {LatchdError} `NOT_FOUND` */
function toolOf(context: PageContext, deps: ConsoleDependencies): Tool {
  const name = context.req.query('name') ?? ''
  const tool = callerTools(deps, context.get('caller')).find(name)
  if (tool === undefined) throw new LatchdError('NOT_FOUND', 'There is no such tool')
  return tool
}

async function sendTool(
  context: PageContext,
  deps: ConsoleDependencies,
  tool: Tool,
  refused: Pick<ToolView, 'refused'> = {},
  refusal?: LatchdError,
): Promise<Response> {
  const caller = context.get('caller')
  const all = callerTools(deps, caller).tools.map(describeTool)
  const [records, errors, declaration, pending] = await Promise.all([
    toolRecords(deps.metrics),
    errorsOf(tool, deps, caller),
    inTurns(declareTools([describeTool(tool)], all)),
    pendingText(deps, caller),
  ])
  const main = toolPage({
    tool,
    declaration,
    record: records.get(tool.name),
    errors,
    mayExecute: may(caller, 'execute'),
    fields: fieldsOf(tool, undefined),
    ...refused,
  })
  const status = refusal && (statusOf(refusal.code) as NonNullable<Page['status']>)
  const page = { title: tool.name, section: PATH, main, pending, ...(status && { status }) }
  return sendPage(context, page, deps.tokens.size > 0)
}

/** The last errors of a tool, in executions that the caller sees. */
async function errorsOf(
  { name }: Tool,
  { lastErrors, executions }: ConsoleDependencies,
  caller: Caller,
): Promise<FailedCall[]> {
  const seen = lastErrors.of(name).map(async failed => {
    try {
      await executions.get(failed.executionId, caller)
      return [failed]
    } catch (error) {
      // Another caller's, or removed since.
      if (error instanceof LatchdError && error.code === 'NOT_FOUND') return []
      throw error
    }
  })
  return (await Promise.all(seen)).flat()
}
