/** What the demo tells. */

import type { AgentEvent } from '../../agents/index.ts'
import type { Approval, Outcome } from '../../index.ts'

/** Something that the demo does. */
export function step(text: string): void {
  console.log(`▸ ${text}`)
}

/** The text of a program. */
export function printSource(source: string): void {
  console.log(source.trimEnd().replace(/^/gm, '    │ '))
}

/** What a person is asked. */
export function printAsked({ tool, input }: Approval): void {
  console.log(`    asked  ${tool} ${JSON.stringify(input)}`)
}

/** What the person has said. */
export function printDecided({ status, decidedBy, input, reason }: Approval): void {
  const { action, order } = input as { action?: string; order?: string }
  const why = reason === undefined ? '' : `: ${reason}`
  console.log(`    ${status} by ${decidedBy}  ${action ?? order}${why}`)
}

/** How a program ended. @returns whether it came to its end */
export function printOutcome(outcome: Outcome): boolean {
  for (const { text } of outcome.logs) console.log(text.replace(/^/gm, '    log  '))
  const { calls, wallMs, cpuMs } = outcome.usage
  const used = `${calls} calls, ${Math.round(wallMs)} ms, ${cpuMs.toFixed(1)} ms of CPU`
  if (outcome.status === 'completed') {
    const kind = outcome.isFinalAnswer ? 'final answer' : 'output'
    const text = outcome.outputForms?.text.replaceAll('\n', '\n    ')
    console.log(`    ${kind}  ${text}   (${used})\n`)
    return true
  }
  const message = 'error' in outcome ? outcome.error.message : ''
  console.log(`    ${outcome.status}  ${message}   (${used})\n`)
  return false
}

/** What an agent does. */
export function printAgentEvent(event: AgentEvent): void {
  if (event.type === 'action-started' && event.action === 'program') {
    console.log(`    step ${event.number}  ${event.thought}`)
    printSource(event.source)
  } else if (event.type === 'execution-event' && event.event.type === 'log-written') {
    console.log(event.event.log.text.replace(/^/gm, '    log  '))
  } else if (event.type === 'action-step' && event.action === 'program' && event.error) {
    console.log(`    error  ${event.error.message}`)
  } else if (event.type === 'final-answer') {
    const { output, usage, durationMs } = event
    const tokens = usage.inputTokens + usage.outputTokens
    const used = `${usage.modelCalls} model calls, ${tokens} tokens, ${durationMs} ms`
    console.log(`    final answer  ${JSON.stringify(output)}   (${used})\n`)
  }
}
