/** Schemas and values that are made to hold up whoever holds one against the other. */

import t from 'tap'
import { compileSchema } from '../../protocol/json-schema/compile.ts'
import { loadPatterns } from '../../protocol/json-schema/pattern.ts'
import { MAX_STEPS, Run, TooCostly } from '../../protocol/json-schema/run.ts'
import { schemaValidator } from '../../protocol/json-schema/validator.ts'
import { type RecordInput, readRecordInput } from '../../protocol/tool/argument-rules.ts'
import { recordValidator } from '../../protocol/tool/record-input.ts'
import { bombs } from '../support/schema-bombs.ts'

await loadPatterns()

for (const [name, { schema, value }] of Object.entries(bombs)) {
  t.test(`${name}: as many steps as are allowed, or fewer`, async t => {
    const { check } = compileSchema(schema)
    const run = new Run()
    try {
      run.enter(check, value(), undefined)
      t.ok(run.steps <= MAX_STEPS, `${run.steps} steps`)
    } catch (error) {
      // One keyword at one value is what may come too many.
      t.ok(error instanceof TooCostly, String(error))
    }
    const checked = await schemaValidator(schema).validate(value())
    if (!checked.ok) t.ok(checked.problems.length > 0 && checked.problems.length <= 1000)
  })
}

t.test('a schema that refers to itself costs what its values do', async t => {
  const schema = {
    $ref: '#/$defs/node',
    $defs: { node: { type: 'array', items: { $ref: '#/$defs/node' } } },
  }
  const { check } = compileSchema(schema)
  let shared: unknown[] = []
  for (let i = 0; i < 60; i++) shared = [shared, shared]
  const run = new Run()
  t.equal(run.enter(check, shared, undefined), true)
  t.ok(run.steps < 1000, `${run.steps} steps for 2^60 paths to 61 lists`)
})

t.test('a schema whose parts refer to each other costs what its parts do', async t => {
  const { check } = compileSchema(bombs.doubled?.schema ?? {})
  const run = new Run()
  t.equal(run.enter(check, 'x', undefined), true)
  t.ok(run.steps < 1000, `${run.steps} steps`)
})

t.test('a pattern costs by the length of the text, not by its own shape', async t => {
  const { check } = compileSchema({ pattern: '^(a+)+$' })
  const stepsFor = (length: number) => {
    const run = new Run()
    t.equal(run.enter(check, `${'a'.repeat(length)}!`, undefined), false)
    return run.steps
  }
  const [short, long] = [stepsFor(100), stepsFor(100_000)]
  t.ok(long <= 1100 * short, `${short} steps for 100 letters, ${long} for 100 000`)
})

t.test('names without end are compared so far', async t => {
  const properties = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [`property${i}`, {}]),
  )
  const record = readRecordInput({ type: 'object', properties }) as RecordInput
  const input = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`poperty${i}`, i]))
  const validate = recordValidator('t', record, () => ({ ok: false, problems: [] }))
  const checked = await validate(input)
  t.equal(checked.ok ? 0 : checked.problems.length, 100)
})

t.test('rules are read from schemas that refer to themselves without end', async t => {
  const refs = Array.from({ length: 300 }, () => ({ $ref: '#/$defs/node' }))
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const schema = {
      type: 'object',
      properties: { first: { $ref: '#/$defs/node' } },
      [keyword]: refs,
      $defs: { node: { [keyword]: refs, properties: { other: {} } } },
    }
    t.match(readRecordInput(schema)?.rules, { takesObject: true, others: ['other'] }, keyword)
    const { warnings, validate } = schemaValidator(schema)
    t.strictSame(warnings, [])
    await validate({ first: 5 })
  }
})
