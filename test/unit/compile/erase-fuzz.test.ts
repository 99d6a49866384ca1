/**
 * Mutants of TypeScript sources, erased here and stripped by Node: what both take must be the same
 * program. `LATCHD_FUZZ_RUNS` asks for more of them, with another seed, and prints what differs.
 */

import fc from 'fast-check'
import t from 'tap'
import { eraseTypes } from '../../../executor/compile/erase/erase-types.ts'
import { parse } from '../../../executor/compile/parse/parse.ts'
import { isParseFailure, Refusal } from '../../../executor/compile/parse/source-error.ts'
import { Edits } from '../../../executor/compile/rewrite/edits.ts'
import { type Stripped, stripAsNodeDoes } from '../../support/node-strip.ts'
import { mutantsOf } from '../../support/typescript-mutants.ts'
import { typescriptSamples } from '../../support/typescript-samples.ts'

const RUNS = 4_000
const SEED = 12
/** Of all mutants: how many only one of the two may take. It is 0.4 % in 40 000. */
const MAX_SHARE = 0.006

const isLong = process.env.LATCHD_FUZZ_RUNS !== undefined
const numRuns = Number(process.env.LATCHD_FUZZ_RUNS ?? RUNS)
const seed = isLong ? Date.now() & 0x7fffffff : SEED

/** What Node refuses and is taken here on purpose: assertions in angle brackets, what becomes code. */
const TAKEN_HERE = /angle-bracket|enum is not supported|parameter property/

/**
 * Where Node departs from TypeScript, which reads a name at the end of a line as a name, ends the
 * statement before a declaration that is only types, has no `await` call over two lines, and takes
 * no assertion for a parameter.
 */
const NODE_DEPARTS =
  /\b(?:declare|abstract|override|namespace|module|type|interface|global|await)\b\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)?\s*[\n]|\b(?:interface|namespace|type|declare)\b[^\n]*[[(`"'/+\-{]|\(\s*<T/

type Verdict =
  | 'same'
  | 'both refuse'
  | 'not compared'
  | 'only Node takes'
  | 'only we take'
  | 'differ'

t.test('what Node strips is erased to the same program', { timeout: 600_000 }, async t => {
  // The source as the body of a function too, since Node refuses a `return` at the top level.
  const mutants = fc.sample(mutantsOf(typescriptSamples), { numRuns, seed })
  const sources = mutants.map(mutant => `async function* _() {\n${mutant}\n}`)
  const stripped = await stripAsNodeDoes(sources)
  const counts: Partial<Record<Verdict, number>> = {}
  for (const [i, source] of sources.entries()) {
    const verdict = compare(source, stripped[i] as Stripped)
    counts[verdict] = (counts[verdict] ?? 0) + 1
    if (isLong && /only|differ/.test(verdict)) t.comment(`${verdict}: ${JSON.stringify(source)}`)
    if (verdict === 'differ' && !NODE_DEPARTS.test(source)) t.fail(source)
  }
  t.comment(`${numRuns} mutants, seed ${seed}: ${JSON.stringify(counts)}`)
  t.ok((counts.same ?? 0) > numRuns / 20, 'enough of them are programs')
  const one = (counts['only Node takes'] ?? 0) + (counts['only we take'] ?? 0)
  t.ok(one <= numRuns * MAX_SHARE, `${one} are taken by one of the two`)
})

function compare(source: string, node: Stripped): Verdict {
  const ours = attempt(() => erase(source))
  const theirs = 'text' in node ? attempt(() => syntaxOf(node.text)) : undefined
  if (ours === undefined && theirs === undefined) return 'both refuse'
  if (ours === undefined) return 'only Node takes'
  const syntax = attempt(() => syntaxOf(ours))
  if (theirs !== undefined) return syntax === theirs ? 'same' : 'differ'
  // Both leave to the engine what is wrong in the JavaScript.
  if (syntax === undefined) return 'text' in node ? 'both refuse' : 'not compared'
  const isMeant = 'refusal' in node && TAKEN_HERE.test(node.refusal)
  return isMeant || NODE_DEPARTS.test(source) ? 'not compared' : 'only we take'
}

function erase(source: string): string {
  const edits = new Edits()
  const { program } = parse(source, 'typescript')
  return edits.apply(eraseTypes(source, program, edits)).toString()
}

/** The syntax of a text, without positions and empty statements. */
function syntaxOf(text: string): string {
  const { program } = parse(text.replaceAll('__latchd_', 'latchd_'), 'javascript')
  return JSON.stringify(program.body, (key, value) => {
    if (['start', 'end', 'loc', 'range'].includes(key)) return undefined
    if (typeof value === 'bigint') return `${value}n`
    return Array.isArray(value) ? value.filter(x => x?.type !== 'EmptyStatement') : value
  })
}

/** @throws what is not a refusal of the source */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    // A refusal is an answer; anything else is a fault.
    if (error instanceof Refusal || isParseFailure(error)) return undefined
    throw error
  }
}
