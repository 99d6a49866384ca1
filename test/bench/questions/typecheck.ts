import { TypeChecker } from '../../../executor/typecheck/type-checker.ts'
import { normalizeTool } from '../../../protocol/tool/normalize.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import type { Answer, Effort, Question } from '../question.ts'
import { type Samples, sorted } from '../samples.ts'

const CHECKS = 300
const STARTS = 8
const SOURCE_BYTES = 2048
const MAX_CHECK_MS = 50

export const typecheck: Question = {
  title: 'type check of a 2 KB program against 12 tools, before it runs',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const first = await starts(effort.count(STARTS))
  const warm = await checks(effort.count(CHECKS))
  return {
    rows: [
      { name: 'first, with the start of the compiler', unit: 'ms', samples: first },
      { name: 'each further program', unit: 'ms', samples: warm.fresh },
      { name: 'a program that was checked before', unit: 'ms', samples: warm.known },
    ],
    targets: [
      {
        what: 'type check of a 2 KB program, p50',
        value: warm.fresh[Math.floor(warm.fresh.length / 2)] ?? Number.NaN,
        bound: MAX_CHECK_MS,
        unit: 'ms',
        sense: 'at most',
      },
    ],
  }
}

async function starts(count: number): Promise<Samples> {
  const samples: number[] = []
  for (let n = 0; n <= count; n++) {
    const checker = new TypeChecker()
    const took = await checkOnce(checker, n)
    checker.close()
    // The first one loads the modules too.
    if (n > 0) samples.push(took)
  }
  return sorted(samples)
}

async function checks(count: number): Promise<{ fresh: Samples; known: Samples }> {
  const checker = new TypeChecker()
  await checkOnce(checker, count)
  const fresh: number[] = []
  const known: number[] = []
  for (let n = 0; n < count; n++) {
    fresh.push(await checkOnce(checker, n))
    known.push(await checkOnce(checker, n))
  }
  checker.close()
  return { fresh: sorted(fresh), known: sorted(known) }
}

async function checkOnce(checker: TypeChecker, n: number): Promise<number> {
  const source = program(n)
  const from = performance.now()
  const found = await checker.check({
    source,
    language: 'javascript',
    tools,
    inputs: undefined,
    hasHistory: false,
  })
  const took = performance.now() - from
  if (found.length > 0) throw new Error(`The program has faults: ${JSON.stringify(found)}`)
  return took
}

const tools: readonly Tool[] = Array.from({ length: 12 }, (_, i) =>
  normalizeTool({
    name: `read_table_${i}`,
    description: 'Reads rows.',
    inputSchema: {
      type: 'object',
      properties: { table: { type: 'string' }, limit: { type: 'integer' } },
      required: ['table'],
    },
    outputSchema: {
      type: 'object',
      properties: {
        rows: {
          type: 'array',
          items: {
            type: 'object',
            properties: { id: { type: 'string' }, total: { type: 'number' } },
          },
        },
      },
    },
    execute: () => ({ rows: [] }),
  }),
)

/** A program of the size that is asked for, another one for each number. */
function program(n: number): string {
  const parts = [`// Program ${n}`]
  for (let i = 0; parts.join('\n').length < SOURCE_BYTES; i++) {
    parts.push(`const page${i} = read_table_${i % tools.length}('orders', ${i + 1})
const totals${i} = new Map()
for (const { id, total } of page${i}.rows) totals${i}.set(id, (totals${i}.get(id) ?? 0) + total)
print(\`page ${i}: \${[...totals${i}.values()].reduce((sum, one) => sum + one, 0).toFixed(2)}\`)`)
  }
  return parts.join('\n')
}
