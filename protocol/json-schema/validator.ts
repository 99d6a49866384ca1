/** Checks values against JSON Schemas, also foreign ones, at a bounded cost. */

import type { JsonSchema } from '../schema.ts'
import { type Compiled, compileSchema } from './compile.ts'
import { arePatternsLoaded, loadPatterns } from './pattern.ts'
import { MAX_STEPS, Run, TooCostly } from './run.ts'
import type { Validation, Validator } from './validation.ts'

/** A schema that can check values. */
export interface SchemaValidator {
  readonly validate: Validator
  /** The parts of the schema that are not enforced, each with its property. */
  readonly warnings: readonly string[]
}

/** Compiles a schema. Never throws for what a schema contains. */
export function schemaValidator(schema: JsonSchema): SchemaValidator {
  const compiled = compileSchema(schema)
  const validate: Validator = value => {
    if (compiled.hasPatterns && !arePatternsLoaded()) {
      return loadPatterns().then(() => holdAgainst(compiled, value))
    }
    return holdAgainst(compiled, value)
  }
  return { validate, warnings: compiled.warnings }
}

function holdAgainst({ check }: Compiled, value: unknown): Validation {
  try {
    if (new Run().enter(check, value, undefined)) return { ok: true, value }
    const run = new Run()
    const problems: { path: string; message: string }[] = []
    run.problems = problems
    run.enter(check, value, undefined)
    return { ok: false, problems: problems.length > 0 ? problems : [misfit] }
  } catch (error) {
    // A RangeError: the stack ended, since schema or value nest deeper than the bound of steps covers.
    if (!(error instanceof TooCostly || error instanceof RangeError)) throw error
    const message = `it is too large, too deep or too entangled to be held against its schema within ${MAX_STEPS} steps`
    return { ok: false, problems: [{ path: '', message }] }
  }
}

/** The misfit of a value that one pass takes and the other does not, as with cycles. */
const misfit = { path: '', message: 'it does not fit the schema' }
