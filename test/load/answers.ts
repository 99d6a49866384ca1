/** What came of the requests of a load: each answer is right, a refusal for now, or a fault. */

import type { LoadProgram } from './programs.ts'

/** One answer as HTTP has it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Faults that are told one by one. */
const MAX_TOLD = 10
/** Of a body in a fault. */
const MAX_BODY = 300

export class Answers {
  /** Milliseconds of each right answer, and of each refusal, from the request. */
  readonly rightMs: number[] = []
  readonly refusedMs: number[] = []
  /** The first faults. */
  readonly faults: string[] = []
  faultCount = 0

  take(program: LoadProgram, answer: Answer, durationMs: number): void {
    const fault = faultOf(program, answer)
    if (fault !== undefined) this.fault(fault)
    else if (answer.status === 200) this.rightMs.push(durationMs)
    else this.refusedMs.push(durationMs)
  }

  fault(text: string): void {
    this.faultCount++
    if (this.faults.length < MAX_TOLD) this.faults.push(text)
  }
}

/** What is wrong with an answer; `undefined`: nothing. */
export function faultOf(program: LoadProgram, answer: Answer): string | undefined {
  const { status, headers, body } = answer
  const told = `${program.source} was answered ${status} ${body.slice(0, MAX_BODY)}`
  const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  const header = new Map(names)
  try {
    if (status === 429) {
      const isProblem = header.get('content-type') === 'application/problem+json'
      const isTimed = Number(header.get('retry-after')) > 0
      return isProblem && isTimed && JSON.parse(body).code === 'QUEUE_FULL' ? undefined : told
    }
    const { status: end, output } = JSON.parse(body)
    const isRight =
      status === 200 &&
      end === 'completed' &&
      JSON.stringify(output.value) === JSON.stringify(program.expected)
    return isRight ? undefined : told
  } catch {
    // No JSON, or another shape than an execution has.
    return told
  }
}
