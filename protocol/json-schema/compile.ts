/**
 * A JSON Schema of any draft as one function; parts that it cannot check are left out, with a
 * warning.
 */

import { isRecord } from '../base/predicates.ts'
import type { JsonSchema } from '../schema.ts'
import { all, combiningKeywords } from './combinators.ts'
import type { Keyword, KeywordContext } from './keyword.ts'
import { listKeywords } from './lists.ts'
import { objectKeywords } from './objects.ts'
import { References } from './references.ts'
import type { Check } from './run.ts'
import { scalarKeywords } from './scalars.ts'
import { unevaluatedKeywords } from './unevaluated.ts'

/** In the order of reported problems. */
const keywords: readonly (readonly [string, Keyword])[] = Object.entries({
  ...scalarKeywords,
  ...objectKeywords,
  ...listKeywords,
  ...combiningKeywords,
  ...unevaluatedKeywords,
})

/** Deeper parts of a schema are not enforced. */
const MAX_DEPTH = 200
/** More schemas than this in one are not enforced: compiling them would hold up the host. */
const MAX_SCHEMAS = 50_000
/** Further warnings about one schema would not help. */
const MAX_WARNINGS = 20

/** A schema that was compiled. */
export interface Compiled {
  readonly check: Check
  /** Whether it has patterns, whose engine must be loaded first. */
  readonly hasPatterns: boolean
  /** The parts that are not enforced, each with its property. */
  readonly warnings: readonly string[]
}

/** Compiles a schema. Never throws for what a schema contains. */
export function compileSchema(schema: JsonSchema): Compiled {
  const compiler = new Compiler(schema)
  const check = compiler.compile(schema, '')
  compiler.finish()
  return { check, hasPatterns: compiler.hasPatterns, warnings: compiler.warnings }
}

const pass: Check = () => true
const refuse: Check = (_, run, at) => run.fail(at, () => 'no value is allowed here')

class Compiler {
  readonly #references: References
  /** Checks of referenced schemas, which may refer back to themselves. */
  #referred = new Map<unknown, Check>()
  /** Referenced schemas that are not compiled yet: chains of them cost no stack. */
  #pending: (() => void)[] = []
  #depth = 0
  #count = 0
  hasPatterns = false
  readonly warnings: string[] = []

  constructor(root: JsonSchema) {
    this.#references = new References(root)
  }

  compile(schema: unknown, place: string): Check {
    if (schema === false) return refuse
    if (schema === true) return pass
    if (!isRecord(schema)) {
      this.#warn(place, 'schema', 'it is not an object')
      return pass
    }
    if (this.#depth >= MAX_DEPTH || ++this.#count > MAX_SCHEMAS) {
      this.#warn(place, 'schema', 'the whole is too large')
      return pass
    }
    this.#depth++
    const checks = this.#checksOf(schema, place)
    this.#depth--
    if (checks.length < 2) return checks[0] ?? pass
    // A value of the wrong type has no other problem that would be worth a line.
    const [first, ...others] = checks as [Check, ...Check[]]
    if (!('type' in schema)) return (value, run, at) => all(checks, value, run, at)
    return (value, run, at) => first(value, run, at) && all(others, value, run, at)
  }

  /** Compiles the referenced schemas. */
  finish(): void {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) next()
  }

  #checksOf(schema: JsonSchema, place: string): Check[] {
    const context: KeywordContext = {
      schema,
      compile: (inner, property) => this.compile(inner, join(place, property)),
      refer: reference => this.#refer(reference, place),
      resolve: reference => this.#references.resolve(reference),
      warn: (keyword, why) => this.#warn(place, keyword, why),
    }
    if ('pattern' in schema || 'patternProperties' in schema) this.hasPatterns = true
    return keywords.flatMap(([name, make]) => {
      if (!Object.hasOwn(schema, name)) return []
      return make(schema[name], context) ?? []
    })
  }

  #refer(reference: string, place: string): Check | undefined {
    const target = this.#references.resolve(reference)
    if (target === undefined || (!isRecord(target) && typeof target !== 'boolean')) return undefined
    const known = this.#referred.get(target)
    if (known !== undefined) return known
    let inner: Check = pass
    const explaining = new Set<unknown>()
    const check: Check = (value, run, at) => {
      run.spend(1)
      if (run.testOnce(inner, value)) return true
      if (run.problems === undefined || explaining.has(value)) return false
      explaining.add(value)
      try {
        run.enter(inner, value, at)
      } finally {
        explaining.delete(value)
      }
      return false
    }
    this.#referred.set(target, check)
    this.#pending.push(() => {
      inner = this.compile(target, place)
    })
    return check
  }

  #warn(place: string, keyword: string, why: string): void {
    if (this.warnings.length >= MAX_WARNINGS) return
    const what = place === '' ? `${keyword} at the root` : `the ${keyword} of "${place}"`
    const text = `${what} is not enforced: ${why}`
    if (!this.warnings.includes(text)) this.warnings.push(text)
  }
}

/** Longest place in a warning, about. */
const MAX_PLACE = 120

function join(place: string, property: string | undefined): string {
  if (property === undefined || place.length > MAX_PLACE) return place
  return place === '' || property.startsWith('[') ? `${place}${property}` : `${place}.${property}`
}
