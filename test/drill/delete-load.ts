/** Deletes: what a daemon has said to have forgotten is gone, and its key is not given anew. */

import { random } from '../soak/random.ts'
import { LaneLoad, type MakeSideLoad } from './side-load.ts'

export const deleteLoad: MakeSideLoad = ({ load, seed, lanes }) =>
  new LaneLoad('deletes', lanes, async (lane, n, side) => {
    const draw = random(seed * 5003 + lane * 107 + n)
    const key = `delete-${lane}-${n}`
    const request = { source: 'put(1); look(2)' }
    const executionId = await load.submit(key, request)
    if (executionId === undefined) return false
    if ((await load.end(executionId, draw)) === undefined) return false
    const path = `/v1/executions/${executionId}`
    load.forget(executionId)
    const answer = await load.asker.ask(path, { method: 'DELETE' })
    if (answer === undefined) return false
    // Another time when the answer was lost: it is not there any more.
    if (answer.status !== 204 && answer.status !== 404)
      return side.wrong(`${executionId}, deleted`, answer)
    const after = await load.asker.ask(path)
    if (after === undefined) return false
    if (after.status !== 404) return side.wrong(`${executionId}, deleted`, after)
    const again = await load.asker.ask('/v1/executions', {
      body: { ...request, metadata: { key } },
      headers: { 'idempotency-key': key },
    })
    if (again === undefined) return false
    if (again.status !== 410) return side.wrong(`${executionId}, deleted`, again)
    side.count++
    return true
  })
