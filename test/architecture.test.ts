import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { errorTable } from '../protocol/errors.ts'
import { longest } from './support/slowest-first.ts'

const root = resolve(import.meta.dirname, '..')

/** Which parts a part may import from (design.md, "Parts and direction"). */
const allowed: Record<string, readonly string[]> = {
  protocol: ['protocol'],
  executor: ['executor', 'protocol'],
  sdk: ['sdk', 'protocol'],
  daemon: ['daemon', 'executor', 'protocol', 'sdk'],
}

/** Files of the client part that are apps of it, and so may use all of the package. */
const isExample = (file: string) => file.startsWith('sdk/examples/')

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

function sources(part: string): string[] {
  return readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map(file => join(part, file))
    .filter(file => !isExample(file))
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\bfrom\s+)?['"]([^'"]+)['"]/gm

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(statement)].map(([, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier,
    isType: type !== undefined,
  }))
}

const all = Object.keys(allowed).flatMap(part => sources(part).flatMap(importsOf))
const partOf = (file: string) => file.slice(0, file.indexOf('/'))
const isOurs = ({ to }: Import) => partOf(to) in allowed

t.test('imports go one way: protocol ← executor ← daemon and protocol ← sdk', async t => {
  const wrong = all
    .filter(isOurs)
    .filter(({ from, to }) => !allowed[partOf(from)]?.includes(partOf(to)))
  t.strictSame(wrong, [])
  t.ok(all.length > 200, 'imports were found')
})

t.test('no file imports itself by way of others', async t => {
  const edges = Map.groupBy(
    all.filter(one => isOurs(one) && !one.isType),
    ({ from }) => from,
  )
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      cycles.push([...path.slice(at), file])
      return
    }
    if (done.has(file)) return
    for (const { to } of edges.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  t.strictSame(cycles, [])
})

/** Everything that a file loads when it is imported, packages included. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const one of importsOf(file)) {
    if (one.isType) continue
    if (isOurs(one)) loadedBy(one.to, seen)
    else seen.add(one.to)
  }
  return seen
}

/** What is loaded runs wherever there is `fetch`. */
function isThin(t: Test, loaded: ReadonlySet<string>): void {
  for (const name of ['piscina', 'quickjs-wasi', 'hono', 'openai', 'zod', 'ws']) {
    t.notOk(loaded.has(name), name)
  }
  t.strictSame(
    [...loaded].filter(name => name.startsWith('node:')),
    [],
  )
}

t.test('the client loads no engine, no server, no model client and no schema library', async t => {
  isThin(t, loadedBy('sdk/index.ts'))
})

t.test('agents load no engine, no server, no model client and no Node', async t => {
  isThin(t, loadedBy('sdk/agents/index.ts'))
})

t.test('workers and guests load no schema library', async t => {
  t.notOk(loadedBy('executor/worker/entry.ts').has('zod'))
  const guest = loadedBy('executor/guest/prelude.ts')
  t.strictSame(
    [...guest].filter(name => !name.endsWith('.ts')),
    [],
  )
})

t.test('the thread of the store loads no schema library and no executions', async t => {
  const loaded = loadedBy('daemon/store/sqlite/thread.ts')
  t.ok(loaded.has('daemon/store/sqlite/operations.ts'))
  for (const name of ['zod', 'executor/execution/execution.ts', 'executor/execution/plan.ts']) {
    t.notOk(loaded.has(name), name)
  }
})

t.test('the test files that begin first are there', async t => {
  t.strictSame(
    longest.filter(file => !existsSync(join(root, file))),
    [],
  )
})

t.test('only the command reads arguments, environment and exit codes', async t => {
  const readers = Object.keys(allowed)
    .flatMap(sources)
    .filter(file =>
      /process\.(argv|env|exit|exitCode)\b/.test(readFileSync(join(root, file), 'utf8')),
    )
    .filter(file => file !== 'daemon/main.ts' && !file.startsWith('daemon/cli/'))
    // Takes out of its thread's environment what Node alone was to read.
    .filter(file => file !== 'executor/worker/entry.ts')
  t.strictSame(readers, [])
})

t.test('every code of the table of errors is raised somewhere', async t => {
  const texts = Object.keys(allowed)
    .flatMap(sources)
    .filter(file => file !== join('protocol', 'errors.ts'))
    .map(file => readFileSync(join(root, file), 'utf8'))
  const raised = new Set(
    texts.flatMap(text => Array.from(text.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g), ([code]) => code)),
  )
  const never = Object.keys(errorTable).filter(code => !raised.has(code))
  t.strictSame(never, [])
})
