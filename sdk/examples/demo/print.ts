/** What the demo prints, at most 80 columns wide, with colour in a terminal that shows it. */

import { inspect, styleText } from 'node:util'
import type { AgentEvent } from '../../agents/index.ts'
import type { Approval, Outcome } from '../../index.ts'

const WIDTH = 80

/** A value on as few lines as go. */
const INSPECTED = { breakLength: 74, compact: 5 }

type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow'

/** Prints a text with a margin on each of its lines; longer lines go on below. */
function out(margin: string, text: string, style?: Style): void {
  const blank = margin.includes('│') ? margin : ' '.repeat(margin.length)
  const lines = text.split('\n').flatMap(line => wrapped(line, WIDTH - margin.length))
  for (const [i, line] of lines.entries()) {
    const printed = `${i === 0 ? margin : blank}${line}`.trimEnd()
    // Plain for pipes, and where NO_COLOR says so.
    console.log(
      style === undefined ? printed : styleText(style, printed, { stream: process.stdout }),
    )
  }
}

function wrapped(line: string, width: number): string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > width / 2 ? space : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}

/** Something that the demo does. */
export function step(text: string): void {
  out('▸ ', text, 'bold')
}

/** The text of a program. */
export function printSource(source: string): void {
  out('    │ ', source.trimEnd(), 'cyan')
}

/** What a person is asked. */
export function printAsked({ tool, input }: Approval): void {
  const parts = Object.values(input as object).map(part =>
    typeof part === 'string' ? part : JSON.stringify(part),
  )
  out('    asked  ', `${tool}: ${parts.join(' ')}`, 'yellow')
}

/** What the person has said. */
export function printDecided({ status, decidedBy, input, reason }: Approval): void {
  const { action, order } = input as { action?: string; order?: string }
  const why = reason === undefined ? '' : `: ${reason}`
  out('    ', `${status} by ${decidedBy}  ${action ?? order}${why}`, 'yellow')
}

/** How a program ended. @returns whether it came to its end */
export function printOutcome(outcome: Outcome): boolean {
  for (const { text } of outcome.logs) out('    log  ', text)
  const { calls, wallMs, cpuMs } = outcome.usage
  const isWell = outcome.status === 'completed'
  if (isWell) {
    const kind = outcome.isFinalAnswer ? 'final answer' : 'output'
    out(`    ${kind}  `, inspect(outcome.output, INSPECTED), 'green')
  } else {
    const message = 'error' in outcome ? outcome.error.message : ''
    out(`    ${outcome.status}  `, message, 'red')
  }
  out('    ', `${calls} calls, ${Math.round(wallMs)} ms, ${cpuMs.toFixed(1)} ms of CPU\n`, 'dim')
  return isWell
}

/** What an agent does. */
export function printAgentEvent(event: AgentEvent): void {
  if (event.type === 'action-started' && event.action === 'program') {
    out(`    step ${event.number}  `, event.thought)
    printSource(event.source)
  } else if (event.type === 'execution-event' && event.event.type === 'log-written') {
    out('    log  ', event.event.log.text)
  } else if (event.type === 'action-step' && event.action === 'program' && event.error) {
    out('    error  ', event.error.message, 'red')
  } else if (event.type === 'final-answer') {
    const { output, usage, durationMs } = event
    const tokens = usage.inputTokens + usage.outputTokens
    out('    final answer  ', JSON.stringify(output), 'green')
    out('    ', `${usage.modelCalls} model calls, ${tokens} tokens, ${durationMs} ms\n`, 'dim')
  }
}

/** What to try after the demo. */
export function printNextSteps(): void {
  step('now try')
  const run = `npm start -- --tools sdk/examples/tools.ts`
  out('    ', run, 'green')
  out('    ', 'echo \'get_weather("Paris").celsius\' | node bin/latchd.mjs run - \\', 'green')
  out('      ', '--url http://127.0.0.1:7070', 'green')
  out('    ', 'a tool of your own: docs/tools.md; from an app: docs/client.md')
}
