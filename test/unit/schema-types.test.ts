/**
 * The types that are printed for JSON Schemas, held against the schemas: what a schema takes its type
 * takes, and most of what it refuses the type refuses too.
 */

import fc from 'fast-check'
import t from 'tap'
import { ambientTypes } from '../../executor/typecheck/ambient.ts'
import { toolTypes } from '../../executor/typecheck/tool-types.ts'
import { TypeScriptCompiler } from '../../executor/typecheck/typescript-compiler.ts'
import { toolDeclarations } from '../../protocol/tool/declarations.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { loadJsonSchemas, readSchema } from '../../protocol/tool/schema.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { definitionOf, inputSchema } from '../support/random-schema.ts'
import { type Schema, valueFor } from '../support/schema-arbitrary.ts'

const SEED = 20260728
const SCHEMAS = 100
const VALUES_EACH = 4

await loadJsonSchemas()
const compiler = new TypeScriptCompiler()
t.teardown(() => compiler.kill())

interface Case {
  readonly tool: Tool
  readonly value: Record<string, unknown>
  readonly isValid: boolean
  /** Whether it may have members that its schema does not name: the validator takes them. */
  readonly isMutated: boolean
}

const schemas = fc.sample(inputSchema, { seed: SEED, numRuns: SCHEMAS })
const cases = (await Promise.all(schemas.map(casesOf))).flat()
const tools = [...new Set(cases.map(({ tool }) => tool))]

function casesOf(schema: Schema, i: number): Promise<Case[]> {
  const tool = normalizeTool({ name: `t${i}`, description: '', inputSchema: schema, execute() {} })
  const { validate } = readSchema(schema, 'input', tool.name)
  const reading = { schemaOf: definitionOf, known: {}, isFitting: true }
  const values = valueFor(schema, reading).filter(
    value =>
      typeof value === 'object' && value !== null && !JSON.stringify(value).includes('__proto__'),
  ) as fc.Arbitrary<Record<string, unknown>>
  const other = fc.constantFrom<unknown>(true, 12345.5, 'other', { other: 1 }, ['other'])
  const mutated = fc
    .tuple(values, fc.nat(), other, fc.boolean())
    .map(([value, n, part, isGone]) => {
      const names = Object.keys(value)
      const name = names[n % names.length] ?? 'a'
      const { [name]: _, ...rest } = value
      return isGone ? rest : { ...rest, [name]: part }
    })
  const parameters = { seed: SEED + i, numRuns: VALUES_EACH }
  const read = async (value: Record<string, unknown>, isMutated: boolean) => {
    const { ok: isValid } = await validate(value)
    return { tool, value, isValid, isMutated }
  }
  return Promise.all([
    ...fc.sample(values, parameters).map(value => read(value, false)),
    ...fc.sample(mutated, parameters).map(value => read(value, true)),
  ])
}

/** The lines, counted from 0, that the compiler has something against. */
async function refusedLines(declarations: string, lines: readonly string[]): Promise<Set<number>> {
  const text = lines.join('\n')
  const ends = lines.reduce<number[]>((list, line) => {
    list.push((list.at(-1) ?? -1) + line.length + 1)
    return list
  }, [])
  const findings = await compiler.check(text, 'typescript', declarations)
  return new Set(findings.map(({ start }) => ends.findIndex(end => start <= end)))
}

/** Whether the declaration for prompts takes the whole input. */
const declarationOf = (tool: Tool) => toolDeclarations([{ ...tool, needsApproval: false }])
const takesInput = new Map(tools.map(tool => [tool, /\(input: /.test(declarationOf(tool))]))

/** A call as the declaration of a prompt has it: by position where it has parameters. */
function calledForPrompt({ tool, value }: Case): string {
  const args = takesInput.get(tool)
    ? [value]
    : tool.parameters.map(name => (Object.hasOwn(value, name) ? value[name] : undefined))
  return `${tool.name}(${args.map(arg => JSON.stringify(arg) ?? 'undefined').join(', ')})`
}

const calledWithInput = ({ tool, value }: Case) => `${tool.name}(${JSON.stringify(value)})`

/** What is refused of the cases. @returns the valid ones by their calls, and the share of the invalid */
async function refusals(declarations: string, call: (one: Case) => string, of: readonly Case[]) {
  const lines = of.map(call)
  const refused = await refusedLines(declarations, lines)
  const invalid = of.flatMap(({ isValid }, i) => (isValid ? [] : [i]))
  return {
    valid: of.filter(({ isValid }) => isValid).length,
    wronglyRefused: of.flatMap(({ isValid }, i) =>
      isValid && refused.has(i) ? [`${lines[i]} of ${declarationOf((of[i] as Case).tool)}`] : [],
    ),
    invalid: invalid.length,
    share: invalid.filter(i => refused.has(i)).length / invalid.length,
  }
}

t.test(
  'declarations for prompts take what their schemas take, and refuse most of the rest',
  async t => {
    const text = tools.map(declarationOf).join('\n').replaceAll('declare const tools', '// ')
    // To the compiler `{}` has a constructor; a reader does not mind.
    const readable = cases.filter(
      ({ tool, isValid, isMutated }) =>
        !(isValid && isMutated) && !JSON.stringify(tool.inputSchema).includes('constructor'),
    )
    const found = await refusals(text, calledForPrompt, readable)
    t.comment({ ...found, wronglyRefused: found.wronglyRefused.length })
    t.strictSame(found.wronglyRefused.slice(0, 5), [])
    t.ok(found.valid > 150)
    t.ok(found.share > 0.6, `${found.share} of ${found.invalid}`)
  },
)

t.test('so do those of the type check, by position and as one object', async t => {
  const declarations = (await toolTypes(tools)).text + ambientTypes([], new Set())
  // An object with a member that is no parameter is the first argument.
  const isInput = ({ tool, value }: Case) =>
    takesInput.get(tool) || Object.keys(value).every(name => tool.parameters.includes(name))
  const whole = cases.filter(one => !one.isValid || isInput(one))
  const listed = cases.filter(one => isInput(one) && !takesInput.get(one.tool))
  const found = [
    { ...(await refusals(declarations, calledWithInput, whole)), least: 0.7 },
    // An argument that is left out is `undefined`, which every type takes here.
    { ...(await refusals(declarations, calledForPrompt, listed)), least: 0.45 },
  ]
  for (const { wronglyRefused, valid, invalid, share, least } of found) {
    t.comment({ valid, invalid, share })
    t.strictSame(wronglyRefused.slice(0, 5), [])
    t.ok(valid > 150)
    t.ok(share > least, `${share} of ${invalid}`)
  }
})
