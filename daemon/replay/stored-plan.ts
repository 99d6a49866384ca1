/** The plan of an execution as it is stored, and the way back to a plan that can run. */

import { isDeepStrictEqual } from 'node:util'
import { type Effect, effectOf } from '../../executor/boundary/journal-record.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { withoutToolSearch, withToolSearch } from '../../executor/tools/tool-search.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import { resolveLimits } from '../../protocol/limits.ts'
import type { ArgumentRules } from '../../protocol/tool/argument-rules.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { InputForm, Tool } from '../../protocol/tool/tool.ts'
import { askingTool, isAskingTool } from '../auth/asking-tool.ts'
import { bindingOf, type ClientBinding } from '../clients/client-tool.ts'
import type { ClaimedExecution } from '../store/store.ts'

/** The facts of a tool that a guest and its replay depend on. */
interface StoredTool {
  readonly name: string
  readonly inputForm: InputForm
  readonly parameters: readonly string[]
  /** Absent in plans that an earlier version wrote. */
  readonly rules?: ArgumentRules
  readonly effect: Effect
  /** As in `ToolDescriptor`: by them, and the set, programs know its names. */
  readonly isImported?: true
  readonly namespace?: string
  /** Whether the policy of its time asked about its calls, as it did of no other reason. */
  readonly asks?: true
  /** For a client's tool: the client, and its whole description. */
  readonly client?: Omit<ClientBinding, 'owner'>
}

/** Makes a client's tool again. @param callMs time for a call of a tool that declares none */
export type MakeClientTool = (binding: ClientBinding, callMs: number) => Tool

interface StoredPlan {
  readonly language: ExecutionPlan['language']
  readonly limits: ExecutionPlan['limits']
  readonly tools: readonly StoredTool[]
  /** Whether the two search tools follow them. */
  readonly hasToolSearch?: true
  readonly inputs?: string
  readonly seed: ExecutionPlan['seed']
  readonly metadata?: ExecutionPlan['metadata']
  /** Absent: UTC. */
  readonly timeZone?: ExecutionPlan['timeZone']
  /** Absent: off. */
  readonly typecheck?: ExecutionPlan['typecheck']
  /** The place of the execution's first span. */
  readonly traceparent?: string
  /** Engine, prelude and ICU that the execution began with. */
  readonly runtime: string
}

/** A plan as text, for a store. @param runtime the tag of what it runs on */
export function serializePlan(plan: ExecutionPlan, runtime: string): string {
  const { language, limits, toolbox, inputs, seed, metadata, timeZone, typecheck, traceparent } =
    plan
  const given = withoutToolSearch(toolbox)
  const stored: StoredPlan = {
    language,
    limits,
    tools: given.map(storedTool),
    ...(given.length < toolbox.tools.length && { hasToolSearch: true }),
    ...(inputs !== undefined && { inputs }),
    seed,
    ...(metadata && { metadata }),
    ...(timeZone !== undefined && { timeZone }),
    ...(typecheck && { typecheck }),
    ...(traceparent && { traceparent }),
    runtime,
  }
  return JSON.stringify(stored)
}

function storedTool(tool: Tool): StoredTool {
  const { name, inputForm, parameters, rules, annotations, isImported, namespace } = tool
  const { owner, ...client } = bindingOf(tool) ?? {}
  const stored: StoredTool = {
    name,
    inputForm,
    parameters,
    ...(rules && { rules }),
    effect: effectOf(annotations),
    ...(isImported === true && { isImported }),
    ...(namespace !== undefined && { namespace }),
    ...(isAskingTool(tool) && { asks: true }),
  }
  return owner === undefined
    ? stored
    : { ...stored, client: client as NonNullable<StoredTool['client']> }
}

/** A stored plan, with the runtime that it began with. */
export interface ReadPlan {
  readonly plan: ExecutionPlan
  readonly runtime: string
}

/**
 * Reads a stored plan.
 *
 * @param toolbox the present tools; a removed or changed tool is unavailable
 * @param clientTool makes the tools of clients; absent: they have their shape and cannot be called
 */
export function readPlan(
  claimed: ClaimedExecution,
  toolbox: Toolbox,
  clientTool?: MakeClientTool,
): ReadPlan {
  const { executionId, owner, source, sessionId, createdAtMs } = claimed
  const stored = JSON.parse(claimed.plan) as StoredPlan
  const { callMs } = stored.limits
  const tools = stored.tools.map(tool => {
    if (tool.client === undefined) return currentTool(tool, toolbox)
    const make = clientTool ?? (() => unavailable(tool, 'it lives in a client'))
    return make({ owner, ...tool.client }, callMs)
  })
  const isSame =
    tools.length === toolbox.tools.length && tools.every((tool, i) => tool === toolbox.tools[i])
  const seen = isSame ? toolbox : new Toolbox(tools)
  return {
    plan: {
      executionId,
      source,
      language: stored.language,
      // A plan of an older version may lack a limit.
      limits: resolveLimits(stored.limits),
      toolbox: stored.hasToolSearch === true ? withToolSearch(seen, stored.language) : seen,
      inputs: stored.inputs,
      seed: stored.seed,
      sessionId,
      caller: owner,
      metadata: stored.metadata,
      timeZone: stored.timeZone,
      typecheck: stored.typecheck,
      traceparent: stored.traceparent,
      createdAtMs,
    },
    runtime: stored.runtime,
  }
}

/** The language of a stored execution, without reading the rest of its plan. */
export const languageOf = ({ plan }: Pick<ClaimedExecution, 'plan'>): ExecutionPlan['language'] =>
  (JSON.parse(plan) as StoredPlan).language

/** The runtime that an execution began with, without reading the rest of its plan. */
export function runtimeOf({ plan, runtime }: ClaimedExecution): string {
  return runtime ?? (JSON.parse(plan) as StoredPlan).runtime
}

function currentTool(stored: StoredTool, toolbox: Toolbox): Tool {
  const tool = toolbox.find(stored.name)
  if (tool === undefined) return unavailable(stored, 'there is no tool of that name any more')
  const change = changeOf(stored, storedTool(tool))
  if (change !== undefined) return unavailable(stored, change)
  const taken = asStored(stored, tool)
  // A call that needed an approval at its beginning needs one after a restart as well.
  return stored.asks === true ? askingTool(taken) : taken
}

/**
 * A program keeps the names that it began with. One that began before argument rules existed keeps
 * the reading of that time.
 */
function asStored(stored: StoredTool, tool: Tool): Tool {
  const isNamed = tool.isImported === stored.isImported && tool.namespace === stored.namespace
  const isRuled = tool.rules === undefined || stored.rules !== undefined
  if (isNamed && isRuled) return tool
  const { isImported: _, namespace: __, ...rest } = tool
  const { inputForm } = stored
  return { ...rest, ...namingOf(stored), ...(isRuled ? {} : { inputForm, rules: undefined }) }
}

function changeOf(stored: StoredTool, now: StoredTool): string | undefined {
  const before = stored.parameters.join(', ')
  const after = now.parameters.join(', ')
  if (formOf(stored) !== formOf(now) || before !== after) {
    return `its parameters were (${before}) and are (${after})`
  }
  if (stored.rules !== undefined && !isDeepStrictEqual(stored.rules, now.rules)) {
    return 'its schema takes other objects than it did'
  }
  return stored.effect === now.effect
    ? undefined
    : `its calls were ${stored.effect} and are ${now.effect}`
}

/** A record without parameters takes one object, as plans of earlier versions say. */
function formOf({ inputForm, parameters }: StoredTool): InputForm {
  return inputForm === 'record' && parameters.length === 0 ? 'value' : inputForm
}

/** A tool in the shape that the guest knows; an execution that calls it is stuck. */
function unavailable(stored: StoredTool, change: string): Tool {
  const { name, inputForm, parameters, rules, effect } = stored
  const annotations = effect === 'once' ? {} : { [effect]: true }
  const tool = normalizeTool({ name, description: '', annotations, execute: () => undefined })
  const shape = { inputForm, parameters, ...(rules && { rules }), change }
  return { ...tool, ...shape, ...namingOf(stored) }
}

const namingOf = ({ isImported, namespace }: StoredTool) => ({
  ...(isImported && { isImported }),
  ...(namespace !== undefined && { namespace }),
})
