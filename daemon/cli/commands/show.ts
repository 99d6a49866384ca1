/** `latchd show`: all that a daemon knows of one execution, on one page. */

import type { Command } from 'commander'
import type {
  CallRecord,
  Execution,
  ExecutionSource,
} from '../../../protocol/execution/execution.ts'
import type { Latchd } from '../../../sdk/index.ts'
import { escapeControls } from '../../base/escape-controls.ts'
import {
  type NestedExecutions,
  NOTHING_NESTED,
  nestedExecutions,
} from '../../executions/nested-executions.ts'
import type { Cli, Options } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { failureText } from '../output/guest-failure.ts'
import { highlight } from '../output/highlight.ts'
import { isColoured, print } from '../output/print.ts'

/** Adds `latchd show`: an execution's program, calls, console text and end. */
export function addShow(program: Command, cli: Cli): void {
  const command = program
    .command('show')
    .description('show an execution: its program, its calls with what went in and out, its end')
    .argument('<id>', 'its id')
    .option('--json', 'print JSON: the execution with its `source` and `language`')
  clientCommand(command, cli, (client, options, id: string) => show(client, id, options, cli))
}

async function show(
  client: Latchd,
  id: string,
  options: Options,
  { terminal }: Cli,
): Promise<void> {
  const [execution, program] = await Promise.all([client.get(id), client.source(id)])
  const { stdout, env } = terminal
  if (options.json) {
    print(stdout, JSON.stringify({ ...execution, ...program }, null, 2))
    return
  }
  const calls = callLines(execution, await nestedOf(client, execution))
  if (!isColoured(stdout, env)) {
    print(stdout, pageOf(execution, calls, numbered(program.source), program))
  } else {
    // Not printed, which would escape the colours: what could steer the terminal is escaped here.
    const { source, language } = program
    const lines = numbered(highlight(escapeControls(source), language))
    stdout.write(`${pageOf(execution, calls, lines, program, escapeControls)}\n`)
  }
}

/** What the calls of an execution have begun. */
async function nestedOf(client: Latchd, { executionId, calls }: Execution) {
  if (calls.length === 0) return NOTHING_NESTED
  return await nestedExecutions(executionId, async (parentIds, limit) => {
    const data: Execution[] = []
    for (const parent of parentIds) {
      const page = await client.list({ parent, limit: limit - data.length })
      data.push(...page.data)
      if (page.nextCursor !== undefined || data.length === limit)
        return { data, nextCursor: parent }
    }
    return { data }
  })
}

/** @param lines those of the program @param escaped makes the texts of all other lines harmless */
function pageOf(
  execution: Execution,
  calls: readonly string[],
  lines: readonly string[],
  { language }: ExecutionSource,
  escaped = (text: string) => text,
): string {
  const shownLines = (lines: readonly string[]) => lines.map(escaped)
  const [end, endLines] = endOf(execution)
  const sections: [title: string, lines: readonly string[]][] = [
    [`Program (${language})`, lines],
    ['Calls', shownLines(calls)],
    ['Logs', shownLines(logLines(execution))],
    [end, shownLines(endLines)],
  ]
  const shown = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [`${title}:`, ...lines.map(line => `  ${line}`)].join('\n'))
  return [escaped(headOf(execution)), ...shown].join('\n\n')
}

function headOf(execution: Execution): string {
  const { executionId, status, createdAtMs, sessionId, metadata, usage } = execution
  const { cpuMs, wallMs, waitMs, calls, resumes, peakMemoryBytes } = usage
  const facts: [name: string, value: string | undefined][] = [
    ['created', new Date(createdAtMs).toISOString()],
    ['ended', 'endedAtMs' in execution ? new Date(execution.endedAtMs).toISOString() : undefined],
    ['session', sessionId],
    ['metadata', metadata && JSON.stringify(metadata)],
    [
      'used',
      `${cpuMs} ms of CPU, ${wallMs} ms in all, ${waitMs} ms of waiting, ${calls} calls, ${resumes} resumes, ${peakMemoryBytes} bytes`,
    ],
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  return [
    `${executionId} ${status}`,
    ...facts
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
  ].join('\n')
}

function numbered(source: string): string[] {
  const lines = source.trimEnd().split('\n')
  const width = String(lines.length).length
  return lines.map((line, i) => `${String(i + 1).padStart(width)} | ${line}`)
}

/** The calls, each with the executions that it has begun and their calls. */
function callLines(execution: Execution, nested: NestedExecutions): string[] {
  return execution.calls.flatMap(call => {
    const begun = nested.byCall.get(call.callId) ?? []
    const beneath = begun.flatMap(one => [
      `${one.executionId} ${one.status}: ${one.sourceLine ?? ''}`,
      ...callLines(one, nested).map(line => `  ${line}`),
    ])
    return [...linesOf(call), ...beneath.map(line => `  ${line}`)]
  })
}

function linesOf(call: CallRecord): string[] {
  const { callId, tool, status, durationMs, inputText, outputText, error, progress } = call
  const took = durationMs === undefined ? '' : ` in ${durationMs} ms`
  return [
    `${callId} ${tool} ${status}${took}`,
    ...(inputText === undefined ? [] : [`  in   ${inputText}`]),
    ...(progress === undefined ? [] : [`  now  ${JSON.stringify(progress)}`]),
    ...(outputText === undefined ? [] : [`  out  ${outputText}`]),
    ...(error === undefined ? [] : [`  ${error.name}: ${error.message}`]),
  ]
}

function logLines({ logs, logsTruncatedBytes }: Execution): string[] {
  const lines = logs.flatMap(({ text }) => text.split('\n'))
  return logsTruncatedBytes === 0 ? lines : [...lines, `… ${logsTruncatedBytes} bytes more`]
}

function endOf(execution: Execution): [title: string, lines: readonly string[]] {
  switch (execution.status) {
    case 'queued':
    case 'running':
      return ['', []]
    case 'waiting':
      return [
        'Waits for',
        execution.waitingFor.map(({ callId, tool, approvalId }) =>
          approvalId === undefined ? `${callId} ${tool}` : `${callId} ${tool}, ${approvalId}`,
        ),
      ]
    case 'completed':
      return [
        execution.isFinalAnswer ? 'Final answer' : 'Output',
        execution.output.text.split('\n'),
      ]
    case 'failed':
    case 'cancelled':
    case 'stuck':
      return [execution.error.code, failureText(execution.error).split('\n')]
    default:
      return execution satisfies never
  }
}
