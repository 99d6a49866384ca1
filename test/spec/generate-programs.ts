/**
 * Writes the program corpus into `programs/`: each template as a plain script and as one with tool
 * calls, and the values that plain Node gives them.
 *
 *   node test/spec/generate-programs.ts           write
 *   node test/spec/generate-programs.ts --check   exit 1 when what is there differs
 */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { type Expected, evaluate } from './programs-reference.ts'
import { readTemplates, type Template } from './programs-templates.ts'
import { answers, PROGRAMS, tools } from './programs-tools.ts'

/** What a guest has; Node takes both when it starts. */
const SURROUNDINGS = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8' }

const hasSurroundings = Object.entries(SURROUNDINGS).every(
  ([name, value]) => process.env[name] === value,
)
if (hasSurroundings) process.exitCode = await generate(process.argv.includes('--check'))
else {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const env = { ...process.env, ...SURROUNDINGS }
  process.exitCode = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1
}

/** @returns the exit code */
async function generate(isCheck: boolean): Promise<number> {
  const files = new Map<string, string>()
  const expected: string[] = []
  const faults: string[] = []
  for (const template of readTemplates()) {
    const { name, plain } = template
    files.set(`${name}.js`, plain).set(`${name}.tools.js`, template.tools)
    try {
      const value = await evaluate(plain)
      expected.push(`${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      await checkTools(template, value)
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  files.set('expected.json', `{\n${expected.join(',\n')}\n}\n`)
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) return 1
  return isCheck ? compare(files) : write(files)
}

/** Guards the templates: the form with tools has the value of the form without. */
async function checkTools({ plain, tools: source }: Template, expected: Expected): Promise<void> {
  if (source === plain) throw new Error('it calls no tool')
  const outcomes: unknown[] = []
  for (const kind of [answers, tools]) {
    try {
      const outcome = await evaluate(source, kind)
      if (isDeepStrictEqual(outcome, expected)) return
      outcomes.push(JSON.stringify(outcome))
    } catch (error) {
      outcomes.push(error)
    }
  }
  // Both ways of calling in one program are what only a guest has.
  if (/^\/\/ Node cannot run this/.test(source)) return
  throw new Error(`with tools it gives ${outcomes.join(' or ')}, not ${JSON.stringify(expected)}`)
}

function compare(files: ReadonlyMap<string, string>): number {
  const there = generatedFiles()
  const differing = [...new Set([...there, ...files.keys()])].filter(
    file =>
      !there.includes(file) || files.get(file) !== readFileSync(new URL(file, PROGRAMS), 'utf8'),
  )
  for (const file of differing) console.error(`${file} is not what the templates give`)
  return differing.length > 0 ? 1 : 0
}

function write(files: ReadonlyMap<string, string>): number {
  for (const file of generatedFiles()) if (!files.has(file)) rmSync(new URL(file, PROGRAMS))
  for (const [file, text] of files) writeFileSync(new URL(file, PROGRAMS), text)
  console.log(`${(files.size - 1) / 2} programs`)
  return 0
}

function generatedFiles(): string[] {
  return readdirSync(PROGRAMS).filter(file => /\.(?:js|json)$/.test(file))
}
