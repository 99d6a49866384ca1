/** `latchd agent`: a model solves a task, on a daemon or in this process. */

import { inspect } from 'node:util'
import type { Command } from 'commander'
import { plainJson } from '../../../executor/boundary/plain-json.ts'
import { type ErrorCode, errorTable, LatchdError } from '../../../protocol/errors.ts'
import type { Agent, AgentResult } from '../../../sdk/agents/index.ts'
import { wholeNumber } from '../../config/value-kind.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { cancelOnSignal } from '../cancel-on-signal.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { optionValue } from '../option-value.ts'
import { AgentOutput } from '../output/agent-output.ts'
import { print } from '../output/print.ts'
import { UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { openAgentModel, whyAgentFailed } from './agent-model.ts'
import { answerHere } from './run-approvals.ts'
import { openRunExecutor } from './run-executor.ts'

/** No person reads more steps than this, and a model that needs them goes round in circles. */
const MAX_STEPS = 1000
/** Steps between two reviews of the plan with `--plan`. */
const PLANNING_INTERVAL = 5

/** Adds `latchd agent`. It exits with 0 for an answer within the step limit, with 1 otherwise. */
export function addAgent(program: Command, cli: Cli): void {
  const command = program
    .command('agent')
    .description(
      'let a model solve a task; on the daemon of --url or LATCHD_URL, else in this process',
    )
    .argument('<task>', 'what it is to do')
    .option('--max-steps <number>', 'steps after which it has to answer, 20 when not given')
    .option('--plan', 'have it write a plan first')
    .option('--tool-calling', 'let it call tools one by one instead of writing programs')
    .option('--json', 'print answer, steps and tokens as JSON')
  addSettingFlags(command, ['url', 'tools', 'fetchAllow', 'model', 'modelBaseUrl']).action(
    cli.action((task: string, options: Options) => solve(task, options, cli)),
  )
}

async function solve(task: string, options: Options, { terminal, config }: Cli): Promise<number> {
  if (task.trim() === '') throw new UsageError('Cannot run an agent: the task is empty')
  const maxSteps = optionValue('--max-steps', options.maxSteps, wholeNumber(1, MAX_STEPS))
  const settings = config(options)
  const model = await openAgentModel(settings)
  const run = await openRunExecutor(settings)
  print(terminal.stderr, `Running ${run.where}, asking ${model.model}`)
  const isAskedHere = run.daemon === undefined || terminal.ask !== undefined
  const output = new AgentOutput(terminal, isAskedHere ? undefined : run.daemon?.flags)
  const cancelling = cancelOnSignal(terminal)
  try {
    const { CodeAgent, ToolCallingAgent } = await import('../../../sdk/agents/index.ts')
    const Kind = options.toolCalling === true ? ToolCallingAgent : CodeAgent
    const agent = new Kind({
      model,
      executor: run.executor,
      ...(maxSteps !== undefined && { maxSteps }),
      ...(options.plan === true && { planningInterval: PLANNING_INTERVAL }),
      ...(isAskedHere && { onApproval: answerHere(terminal.ask, output) }),
    })
    const result = await follow(agent, task, output, cancelling.signal)
    output.end(result)
    printResult(result, options.json === true, terminal)
    return result.state === 'completed' ? exitCodes.ok : exitCodes.failed
  } catch (error) {
    output.stop()
    if (cancelling.stoppedBy !== undefined) {
      print(terminal.stderr, 'Cancelled')
      return exitCodes[cancelling.stoppedBy]
    }
    if (error instanceof LatchdError && isRefusal(error.code)) throw error
    print(terminal.stderr, `latchd: ${await whyAgentFailed(error, settings)}`)
    return exitCodes.failed
  } finally {
    output.stop()
    cancelling.stop()
    await run.executor.close()
  }
}

async function follow(
  agent: Agent,
  task: string,
  output: AgentOutput,
  signal: AbortSignal,
): Promise<AgentResult> {
  for await (const event of agent.stream(task, { signal })) {
    output.show(event)
    if (event.type === 'final-answer') return event
  }
  throw new LatchdError('CONNECTION_LOST', 'The run was lost: its events ended before it did')
}

/** The answer: texts as they are, other values as an inspection shows them. */
function printResult(result: AgentResult, isJson: boolean, { stdout }: Terminal): void {
  const { output, state, steps, usage, durationMs } = result
  if (isJson) {
    // A step's output may be any value; plain JSON shows the parts that JSON can hold.
    const json = plainJson({ output, state, steps, usage, durationMs }, Number.POSITIVE_INFINITY)
    print(stdout, JSON.stringify(JSON.parse(json as string), null, 2))
  } else if (output !== undefined) {
    print(stdout, typeof output === 'string' ? output : inspect(output, { depth: null }))
  }
}

/** Whether the request was never taken; anything else is a run that failed. */
function isRefusal(code: ErrorCode): boolean {
  return code === 'CONNECTION_REFUSED' || 'status' in errorTable[code]
}
