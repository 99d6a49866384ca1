/** A thread of the pool: it runs whole agents, one at a time, with an executor of its own. */

import { workerData } from 'piscina'
import { AgentRunner, type ModelSettings } from './agent-runner.ts'

const runner = new AgentRunner(workerData as ModelSettings, 1)

export default (task: string): Promise<unknown> => runner.run(task)
