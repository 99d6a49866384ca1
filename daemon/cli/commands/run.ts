/** `latchd run`: one program, on a daemon or in this process. */

import type { Command } from 'commander'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import { type Execution, Language, Typecheck } from '../../../protocol/execution/execution.ts'
import { cancelOnSignal } from '../cancel-on-signal.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { RunOutput } from '../output/run-output.ts'
import { UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { answerHere } from './run-approvals.ts'
import { openRunExecutor } from './run-executor.ts'
import { readRunRequest } from './run-request.ts'

/**
 * Adds `latchd run`. It exits with 0 when the program completes, with 128 and the number of the
 * signal when a signal cancels it, with 1 when it fails.
 */
export function addRun(program: Command, cli: Cli): void {
  const collect = (text: string, before: readonly string[] = []) => [...before, text]
  const command = program
    .command('run')
    .description('run a program; on the daemon of --url or LATCHD_URL, else in this process')
    .argument('<file>', 'its source, - for standard input')
    .option('--json', 'print the ended execution as JSON; console text goes to stderr')
    .option(
      '--input <name=value>',
      'a value for the program, JSON or text; repeatable',
      collect,
      [],
    )
    .option('--limit <name=number>', 'a limit of the execution; repeatable', collect, [])
    .option('--typecheck <mode>', `${Typecheck.options.join(', ')}: check its types before it runs`)
    .option('--time-zone <name>', 'IANA name of the zone of its local times; UTC by default')
    .option('--language <language>', `${Language.options.join(' or ')}; by the file's extension`)
  addSettingFlags(command, ['url', 'tools', 'fetchAllow', 'model', 'modelBaseUrl']).action(
    cli.action((file: string, options: Options) => run(file, options, cli)),
  )
}

async function run(file: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const settings = config(options)
  const request = await readRunRequest(file, options, terminal)
  const { executor, where, daemon } = await openRunExecutor(settings)
  print(terminal.stderr, `Running ${where}`)
  const cancelling = cancelOnSignal(terminal)
  const output = new RunOutput(terminal, options.json === true, daemon?.flags)
  try {
    const answered = daemon === undefined ? { onApproval: answerHere(terminal.ask, output) } : {}
    const events = executor.stream({ ...request, ...answered, signal: cancelling.signal })
    const ended = await follow(events, output, daemon?.get)
    output.end(ended)
    if (ended.status === 'completed') return exitCodes.ok
    return ended.status === 'cancelled' && cancelling.stoppedBy
      ? exitCodes[cancelling.stoppedBy]
      : exitCodes.failed
  } finally {
    output.stop()
    cancelling.stop()
    await executor.close()
  }
}

/** Shows events until the execution has ended or is stuck. @param get an execution of the daemon */
async function follow(
  events: AsyncIterable<ExecutionEvent>,
  output: RunOutput,
  get: ((executionId: string) => Promise<Execution>) | undefined,
): Promise<Execution> {
  let last: ExecutionEvent | undefined
  for await (const event of events) {
    output.show(event)
    if (event.type === 'execution-ended') return event.execution
    last = event
  }
  if (last !== undefined && get !== undefined) return await get(last.executionId)
  throw new UsageError('The execution was lost: its events ended before it did')
}
