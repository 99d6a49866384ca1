/** The programs that every contestant runs, as the body of a function; only calls are spelt differently. */

import type { ToolName } from './tools.ts'

/** How a contestant's guest writes a call with the text of its one argument. */
export interface Spelling {
  /** A promise of the answer. */
  readonly promise: (tool: ToolName, argument: string) => string
  /** The answer itself. */
  readonly value: (tool: ToolName, argument: string) => string
}

export interface BenchProgram {
  readonly source: (spelling: Spelling) => string
  /** What it returns. */
  readonly expected: unknown
}

/** 1 + … + count, one call for each. */
const sum = (count: number): BenchProgram => ({
  source: ({ value }) =>
    `let sum = 0; for (let i = 0; i < ${count}; i++) sum += ${value('lookup', 'i')}; return sum`,
  expected: (count * (count + 1)) / 2,
})

/** Calls with a large value, each handed the answer of the one before. */
export const TRIPS = 4

/** Just below 1 MiB, at which most contestants stop to take arguments. */
export const TEXT_LENGTH = 1_000_000
/** About 950 kB, quoted and counted as latchd and `run` do. */
export const RECORDS = 5000

export const programs = {
  trivial: { source: () => 'return 1 + 2', expected: 3 },
  oneCall: { source: ({ value }) => `return ${value('lookup', '41')}`, expected: 42 },
  hundredCalls: sum(100),
  thousandCalls: sum(1000),
  concurrentCalls: {
    source: ({ promise }) => `const numbers = Array.from({ length: 100 }, (_, i) => i)
const answers = await Promise.all(numbers.map(i => ${promise('lookup', 'i')}))
return answers[99]`,
    expected: 100,
  },
  largeText: {
    source: ({ value }) => `let text = 'latch'.repeat(${TEXT_LENGTH / 5})
for (let i = 0; i < ${TRIPS}; i++) text = ${value('echo', 'text')}
return text.length`,
    expected: TEXT_LENGTH,
  },
  largeRecords: {
    source: ({ value }) => `let records = []
for (let i = 0; i < ${RECORDS}; i++) records.push({ id: i, name: 'customer ' + i,
  email: 'customer' + i + '@example.com', balance: i * 1.5, active: i % 2 === 0, tags: ['a', 'b', 'c'] })
for (let i = 0; i < ${TRIPS}; i++) records = ${value('echo', 'records')}
return records.length`,
    expected: RECORDS,
  },
} as const satisfies Record<string, BenchProgram>

export type ProgramName = keyof typeof programs
