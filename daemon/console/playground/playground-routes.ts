/** The playground: the form that runs programs, and what its editor asks for. */

import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { invalidRequest } from '../../../executor/boundary/invalid-request.ts'
import { plainJson } from '../../../executor/boundary/plain-json.ts'
import { languageRefusal } from '../../../executor/engine/installed.ts'
import { readBody } from '../../../executor/execution/plan.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import { Language } from '../../../protocol/execution/execution.ts'
import { toolDeclarations } from '../../../protocol/tool/declarations.ts'
import { describeTool } from '../../../protocol/tool/tool.ts'
import { toolGlobals } from '../../../protocol/tool/tool-globals.ts'
import { decodeValue } from '../../../protocol/values/values.ts'
import { requireScope } from '../../auth/tokens.ts'
import { callerTools } from '../../http/caller-tools.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { statusOf } from '../../http/problem.ts'
import { submitRequest } from '../../http/submission.ts'
import { readPlan } from '../../replay/stored-plan.ts'
import type { ConsoleDependencies, PageContext } from '../dependencies.ts'
import { fieldText, readForm } from '../form.ts'
import { type Page, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { may } from '../scopes.ts'
import { FIRST_PROGRAM, type PlaygroundFields, playgroundPage } from './playground-page.ts'

const PATH = '/console/playground'
/** Longer inputs of an earlier run are not written into the form. */
const MAX_INPUTS_CHARACTERS = 65_536
const NONCE_BYTES = 16

/** Adds the playground. */
export function addPlaygroundPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  app.get(PATH, async context => {
    const { from, sessionId = '' } = context.req.query()
    const fields =
      from === undefined
        ? { source: FIRST_PROGRAM, language: 'javascript', inputs: '', sessionId }
        : await fieldsOf(context, deps, from)
    return await send(context, deps, fields)
  })

  app.post(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    const form = await readForm(context)
    const fields: PlaygroundFields = {
      source: fieldText(form, 'source'),
      language: fieldText(form, 'language'),
      inputs: fieldText(form, 'inputs'),
      sessionId: fieldText(form, 'sessionId').trim(),
    }
    try {
      const executionId = await submitRequest(deps, requestOf(fields), caller, taken)
      return context.redirect(`/console/executions/${executionId}`, 303)
    } catch (error) {
      if (!(error instanceof LatchdError)) throw error
      deps.metrics.onRefusal(error.code)
      // The program is still there to be mended.
      return await send(context, deps, fields, error)
    }
  })

  app.get(`${PATH}/tools`, context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const tools = callerTools(deps, caller).tools.map(describeTool)
    const { names } = toolGlobals(tools)
    const data = tools.map(({ name, description }, i) => ({
      name,
      description,
      word: names[i]?.spelling,
    }))
    return context.json({ data })
  })

  app.get(`${PATH}/declaration`, context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const tools = callerTools(deps, caller).tools.map(describeTool)
    const tool = tools.find(({ name }) => name === context.req.query('name'))
    if (tool === undefined) throw new LatchdError('NOT_FOUND', 'There is no such tool')
    return context.text(toolDeclarations([tool], tools))
  })

  app.post(`${PATH}/check`, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'execute')
    const form = await readForm(context)
    const { source, language } = requestOf({
      source: fieldText(form, 'source'),
      language: fieldText(form, 'language'),
      inputs: '',
      sessionId: '',
    })
    if (language === 'python') return context.json({ data: [] })
    // Programs before it in its session may have left names that no check knows.
    const hasHistory = fieldText(form, 'sessionId').trim() !== ''
    const { tools } = callerTools(deps, caller)
    const left = context.req.raw.signal
    const asked = { source, language, tools, inputs: undefined, hasHistory }
    const data = await deps.typeChecker.check({ ...asked, owner: caller.name, left })
    return context.json({ data })
  })
}

/** Accepted on disk: the page that follows finds it also after a restart. */
const taken = { isDurable: true, key: undefined, traceparent: undefined }

function requestOf({ source, language, inputs, sessionId }: PlaygroundFields) {
  return readBody({
    source,
    language,
    ...(inputs.trim() !== '' && { inputs: readJson(inputs) }),
    ...(sessionId !== '' && { sessionId }),
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = `JSON is expected: ${(error as Error).message}`
    throw invalidRequest('Cannot read the form', [{ pointer: '/inputs', detail }])
  }
}

/** The form as an earlier execution was sent. */
async function fieldsOf(
  context: PageContext,
  { executions, store, tools }: ConsoleDependencies,
  executionId: string,
): Promise<PlaygroundFields> {
  const caller = context.get('caller')
  requireScope(caller, 'read')
  const [{ sessionId = '' }, { source, language }, stored] = await Promise.all([
    executions.get(executionId, caller),
    executions.source(executionId, caller),
    store.journal(executionId),
  ])
  // One that is not durable has its inputs in memory alone.
  const encoded = stored && readPlan(stored, tools.current).plan.inputs
  const text = encoded && plainJson(decodeValue(encoded), MAX_INPUTS_CHARACTERS)
  const inputs = text === undefined || text === '' ? '' : JSON.stringify(JSON.parse(text), null, 2)
  return { source, language, inputs: inputs === '{}' ? '' : inputs, sessionId }
}

/** The languages of this daemon: some need a package that is not always there. */
const languages = () => Language.options.filter(one => languageRefusal(one) === undefined)

async function send(
  context: PageContext,
  deps: ConsoleDependencies,
  fields: PlaygroundFields,
  refusal?: LatchdError,
): Promise<Response> {
  const caller = context.get('caller')
  const styleNonce = randomBytes(NONCE_BYTES).toString('base64url')
  const status = refusal && (statusOf(refusal.code) as NonNullable<Page['status']>)
  return sendPage(
    context,
    {
      title: 'Playground',
      section: PATH,
      main: playgroundPage(fields, languages(), may(caller, 'execute'), refusal?.message),
      pending: await pendingText(deps, caller),
      script: 'playground.js',
      styleNonce,
      ...(status && { status }),
    },
    deps.tokens.size > 0,
  )
}
