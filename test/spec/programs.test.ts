/** Programs of the kind that models write have the values here that they have in Node. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import * as devalue from 'devalue'
import t from 'tap'
import { openExecutor } from '../support/executor.ts'
import type { Expected } from './programs-reference.ts'
import { PROGRAMS, tools } from './programs-tools.ts'

const PARALLEL = 16

const expected: Record<string, Expected> = JSON.parse(read('expected.json'))

function read(file: string): string {
  return readFileSync(new URL(file, PROGRAMS), 'utf8')
}

t.test('the programs and their values are what the generator makes of the templates', async t => {
  const generator = fileURLToPath(new URL('generate-programs.ts', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [generator, '--check'])
  t.equal(status, 0, String(stderr))
})

t.test('a program has the value that Node gives it, with tool calls and without', async t => {
  const executor = openExecutor(t, { tools, workers: 2 })
  const names = Object.keys(expected).flatMap(name => [name, `${name}.tools`])
  t.ok(names.length >= 600, 'there are 300 programs in two forms')

  const outcomes = new Map<string, unknown>()
  const waiting = names.values()
  const lane = async () => {
    for (const name of waiting) {
      const outcome = await executor.execute({ source: read(`${name}.js`) })
      const { status } = outcome
      outcomes.set(name, status === 'completed' ? { status, ...formsOf(outcome.output) } : outcome)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, lane))

  for (const name of names) {
    const { value, encoded } = expected[name.replace(/\.tools$/, '')] as Expected
    const output = encoded === undefined ? value : devalue.parse(encoded)
    t.strictSame(outcomes.get(name), { status: 'completed', ...formsOf(output) }, name)
  }
})

const WHOLE = { depth: null, maxArrayLength: null, maxStringLength: null } as const

/**
 * A value as text: for readers, and exactly, with the order of keys and what stands in two places.
 * Text alone, and without control characters or line separators, at which tap's report would end.
 */
function formsOf(output: unknown) {
  const value = inspect(output, WHOLE).replace(/[\u2028\u2029]/g, escape)
  return { value, exact: exactText(output) }
}

function exactText(output: unknown): string {
  try {
    return devalue.stringify(output)
  } catch (error) {
    // No program of the corpus gives such a value, so this is a failure that has to be seen.
    return `Cannot be written: ${String(error)}`
  }
}
