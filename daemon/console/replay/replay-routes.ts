/** The page of time travel, and the line at which a waiting execution stands. */

import type { Hono } from 'hono'
import { callNumberOf } from '../../../executor/record/call-id.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { CallRecord } from '../../../protocol/execution/execution.ts'
import { requireScope } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import type { ConsoleDependencies } from '../dependencies.ts'
import { isUpdate, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { replayPage } from './replay-page.ts'

/** Adds the slider over the journal of an execution. */
export function addReplayPages(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  const { executions, replays, tokens } = deps

  app.get('/console/executions/:id/replay', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const { executionId, calls: made } = await executions.get(context.req.param('id'), caller)
    const calls = inOrder(made)
    const at = positionOf(context.req.query(), calls.length)
    const call = calls[at - 1]
    const untilCall = call && callNumberOf(call.callId)
    const [replay, program, pending] = await Promise.all([
      replays.replay(executionId, caller, { untilCall, signal: context.req.raw.signal }),
      isUpdate(context) ? undefined : executions.source(executionId, caller),
      pendingText(deps, caller),
    ])
    const main = replayPage({ executionId, calls, at, replay, program })
    return sendPage(
      context,
      { title: 'Time travel', section: '/', main, pending, script: 'replay.js' },
      tokens.size > 0,
    )
  })

  app.get('/console/executions/:id/line', async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const options = { untilCall: undefined, signal: context.req.raw.signal }
    try {
      const { place } = await replays.replay(context.req.param('id'), caller, options)
      return context.json({ line: place?.line ?? null })
    } catch (error) {
      // It went on meanwhile, or has no journal: the line is not known then.
      if (error instanceof LatchdError && error.code === 'CONFLICT') {
        return context.json({ line: null })
      }
      throw error
    }
  })
}

/** Calls in the order in which the program made them, which is that of their numbers. */
function inOrder(calls: readonly CallRecord[]): CallRecord[] {
  return [...calls].sort((a, b) => callNumberOf(a.callId) - callNumberOf(b.callId))
}

/** Which call is asked for, from 1; one more than there are is the end. */
function positionOf({ at = '1', step = '0' }: Record<string, string>, count: number): number {
  const position = Number(at) + Number(step)
  if (!Number.isInteger(position)) {
    throw new LatchdError('INVALID_REQUEST', `Cannot go to call "${at}": a number is expected`)
  }
  return Math.min(count + 1, Math.max(1, position))
}
