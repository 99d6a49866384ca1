/** The store of an embedded executor, written to as the suite of every store writes. */

import type { Addition, Ending, Submission } from '../../daemon/store/store.ts'
import { foldExecution, NO_USAGE } from '../../executor/record/fold-execution.ts'
import { MemoryStore } from '../../executor/store/memory-store.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import { promised } from './promised.ts'
import type { TriedStore } from './volatile-suite.ts'

const unbounded = { keepMs: Infinity, executions: Infinity, bytes: Infinity }

export function triedMemoryStore(): TriedStore {
  const store = new MemoryStore(unbounded)
  const { executions, approvals, sessions } = store
  const append = (owner: string, { events = [], approvals: asked = [] }: Addition) => {
    for (const event of events) executions.append(event)
    for (const approval of asked) approvals.addApproval(owner, approval)
  }
  const ownerOf = (executionId: string) => executions.get(executionId)?.owner ?? ''
  return {
    ...promised(executions, 'get', 'list', 'events', 'source'),
    ...promised(approvals, 'approval', 'approvals', 'decide'),
    ...promised(sessions, 'createSession', 'session', 'sessions'),
    ...promised(sessions, 'holdSession', 'releaseSession', 'removeSession'),
    async submit(submission: Submission) {
      const { executionId, owner, source, plan, state, createdAtMs } = submission
      const { language } = JSON.parse(plan)
      const read = () => {
        const events = executions.events(executionId, 0)
        const none = { startedAtMs: undefined, sessionId: undefined, metadata: undefined }
        const of = { executionId, state, createdAtMs, events, usage: NO_USAGE, ...none }
        return foldExecution(of, Date.now())
      }
      executions.submit({ executionId, owner, program: { source, language }, read })
      append(owner, submission)
    },
    async append(executionId: string, _epoch: number, addition: Addition) {
      append(ownerOf(executionId), addition)
    },
    async finish(executionId: string, _epoch: number, { execution, ...addition }: Ending) {
      append(ownerOf(executionId), addition)
      if (isEnded(execution)) store.finish(execution)
    },
  }
}
