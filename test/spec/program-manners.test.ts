/** Programs written in other manners give what they gave. */

import { readFileSync } from 'node:fs'
import * as devalue from 'devalue'
import t from 'tap'
import { openExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'
import { byObject, inAsyncArrow, type Manner, throughHelpers } from './program-manners.ts'
import type { Expected } from './programs-reference.ts'
import { PROGRAMS, tools } from './programs-tools.ts'

const PARALLEL = 16
/** So many programs of the corpus are written in each manner, at least. */
const PROGRAMS_OF_EACH = 200
/** In the long form all; in the suite a third of them, another one each day. */
const PARTS = isLong ? 1 : 3
const part = Math.floor(Date.now() / 86_400_000) % PARTS

const read = (file: string) => readFileSync(new URL(file, PROGRAMS), 'utf8')
const expected: Record<string, Expected> = JSON.parse(read('expected.json'))

/** The tools with schemas that let every value pass. */
const withSchemas = {
  echo: schema(['value'], ({ value }) => tools.echo(value)),
  add: schema(['a', 'b'], ({ a, b }) => tools.add(a as number, b as number)),
  lookup: schema(['key'], ({ key }) => tools.lookup(key as string)),
}

function schema(names: string[], execute: (input: Record<string, unknown>) => Promise<unknown>) {
  const properties = Object.fromEntries(names.map(name => [name, {}]))
  return { description: '', inputSchema: { type: 'object', properties }, execute }
}

const manners: readonly (readonly [
  name: string,
  manner: Manner,
  tools: typeof tools | typeof withSchemas,
])[] = [
  ['in an async arrow', inAsyncArrow, tools],
  ['through helpers around each tool', throughHelpers, tools],
  [
    'through helpers, in an async arrow',
    source => {
      const inner = throughHelpers(source)
      return inner && inAsyncArrow(inner)
    },
    tools,
  ],
  ['with one object for each call', byObject, withSchemas],
]

for (const [name, manner, given] of manners) {
  t.test(`programs give what they gave when they are written ${name}`, async t => {
    const executor = openExecutor(t, { tools: given, workers: 2 })
    const all = Object.keys(expected).flatMap(program => {
      const source = manner(read(`${program}.tools.js`))
      return source === undefined ? [] : [[program, source] as const]
    })
    t.ok(all.length >= PROGRAMS_OF_EACH, `${all.length} programs`)
    const waiting = all.filter((_, n) => n % PARTS === part).values()
    const lane = async () => {
      for (const [program, source] of waiting) {
        const { value, encoded } = expected[program] as Expected
        const output = encoded === undefined ? value : devalue.parse(encoded)
        const outcome = await executor.execute({ source })
        t.strictSame(outcome.status === 'completed' ? outcome.output : outcome, output, program)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
  })
}
