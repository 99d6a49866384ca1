import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { preludeOutside } from '../executor/engine/quickjs/base-snapshot-cache.ts'
import { errorTable } from '../protocol/errors.ts'
import { longest } from './support/slowest-first.ts'

const root = resolve(import.meta.dirname, '..')

/** Which parts a part may import from. */
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

const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

function importsOf(file: string): Import[] {
  return [...textOf(file).matchAll(statement)].map(([, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier,
    isType: type !== undefined,
  }))
}

const files = Object.keys(allowed).flatMap(sources)
const all = files.flatMap(importsOf)
const partOf = (file: string) => file.slice(0, file.indexOf('/'))
const isOurs = ({ to }: Import) => partOf(to) in allowed

t.test('imports go one way: protocol ← executor ← daemon and protocol ← sdk', async t => {
  const wrong = all
    .filter(isOurs)
    .filter(({ from, to }) => !allowed[partOf(from)]?.includes(partOf(to)))
  t.strictSame(wrong, [])
  t.ok(all.length > 200, 'imports were found')
})

/** Every way from a node of a graph back to itself. */
function circles(edges: readonly (readonly [from: string, to: string])[]): string[][] {
  const next = Map.groupBy(edges, ([from]) => from)
  const done = new Set<string>()
  const found: string[][] = []
  const visit = (node: string, path: string[]): void => {
    const at = path.indexOf(node)
    if (at >= 0) {
      found.push([...path.slice(at), node])
      return
    }
    if (done.has(node)) return
    for (const [, to] of next.get(node) ?? []) visit(to, [...path, node])
    done.add(node)
  }
  for (const node of next.keys()) visit(node, [])
  return found
}

t.test('no file imports itself by way of others, types included', async t => {
  t.strictSame(circles(all.filter(isOurs).map(({ from, to }) => [from, to])), [])
})

/** `executor/calls` of `executor/calls/journal.ts`; a file of a part's own folder stands for itself. */
const roomOf = (file: string) => file.split('/').slice(0, 2).join('/')

t.test('no folder imports itself by way of others, types included', async t => {
  const edges = all
    .filter(isOurs)
    .map(({ from, to }) => [roomOf(from), roomOf(to)] as const)
    .filter(([from, to]) => from !== to)
  t.strictSame(circles(edges), [])
})

t.test('outside of the folder of engines no file names an engine', async t => {
  const inside = (file: string) => file.startsWith('executor/engine/')
  const isEngine = (to: string) =>
    /^executor\/engine\/[^/]+\//.test(to) ||
    /^(?:quickjs-wasi|pyodide|@latchd\/python)(?:\/|$)/.test(to)
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g
  const found = files
    .filter(file => !inside(file))
    .flatMap(file => [
      ...importsOf(file).map(({ to }) => [file, to] as const),
      ...[...textOf(file).matchAll(dynamic)].map(
        ([, to = '']) =>
          [
            file,
            to.startsWith('.') ? relative(root, resolve(root, dirname(file), to)) : to,
          ] as const,
      ),
    ])
  t.strictSame(
    found.filter(([, to]) => isEngine(to)),
    [],
  )
  const uses = files.filter(inside).flatMap(importsOf)
  t.ok(
    uses.some(({ to }) => isEngine(to)),
    'the engine itself was found',
  )
})

const MAX_LINES = 400

t.test(`no file has more than ${MAX_LINES} lines but the adapter of the engine`, async t => {
  const long = files
    .filter(file => !file.startsWith('executor/engine/quickjs/'))
    .map(file => [file, textOf(file).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > MAX_LINES)
  t.strictSame(long, [])
})

/** Functions of the platform under names that say which: its head says how they are formed. */
const PRIMORDIALS = 'executor/guest/primordials.ts'

t.test('every export has a docstring', async t => {
  const exported =
    /^export (?:declare |async |abstract )*(?:function\*?|class|const|interface|type|enum) (\w+)/
  const bare = files
    .filter(file => file !== PRIMORDIALS)
    .flatMap(file => {
      const lines = textOf(file).split('\n')
      const before = new Set<string>()
      return lines.flatMap((line, i) => {
        const name = exported.exec(line)?.[1]
        // The signatures of one function and a value with the type of its name share their words.
        if (name === undefined || before.has(name)) return []
        before.add(name)
        const above = lines.slice(0, i).findLast(one => !one.startsWith('// biome-ignore'))
        return above?.endsWith('*/') ? [] : [`${file} ${name}`]
      })
    })
  t.strictSame(bare, [])
})

const comment = /\/\*[\s\S]*?\*\/|(?<![:\w'"`/])\/\/.*/g
const commentsOf = (file: string) => Array.from(textOf(file).matchAll(comment), ([text]) => text)

t.test('no comment names a file that is not there', async t => {
  const isThere = (path: string, from: string) =>
    [root, resolve(root, dirname(from))].some(folder => existsSync(resolve(folder, path)))
  const missing = files.flatMap(file =>
    commentsOf(file)
      .flatMap(text => text.replaceAll(/https?:\S+/g, '').match(/[\w./-]+\.(?:ts|md|mjs)\b/g) ?? [])
      .filter(path => !isThere(path, file))
      .map(path => `${file}: ${path}`),
  )
  t.strictSame(missing, [])
})

/** Words that the dictionary of CONTRIBUTING.md replaces, in names. */
const oldNames =
  /^(?:\w*(?:Keeper|Desk|Powers|Circumstances|Pristine)|putAway|\w*[wW]edged|nudge|lastWords|whereabouts|deed|Leases|WorkerShare|Spares|lineage|pristine|overran|isOverdue|patienceMs|LONGEST_HOLD_MS|Kept[A-Z]\w*|keptInstant|onKept|toldLogs|shadows|told|untold|TOLD|isTold|isLate|\w*[oO]verdue|\w*Lineage|stick|[pP]ulse|Beat\w*|BEAT|powers|tell(?:[A-Z]\w*)?|telling|Tell\w*|\w*Told\w*|judged?|patience|PATIENCE\w*|seqs|bySeq|gone|nobody|whoever)$/
/** The same in comments. */
const oldWords =
  /\b(?:pristine|wedged|put away|puts away|whereabouts|last words|nudge[sd]?|overdue|untold|lineage|pulse|tells?|told|nobody|somebody|anybody|everybody|whoever|what is no|is no part)\b/i
/**
 * In the worker's seal these are the powers of a realm: what it can reach. `Told` and `ToldError` are
 * in the public type of the code tool's result.
 */
const oldNameIsMeant = /^(?:processPowers|globalPowers|Told|ToldError|WithoutTold)$/

/** Texts for people may use any word. */
const strings = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g

t.test('names and comments use the words of the dictionary', async t => {
  const old = files.flatMap(file => {
    const comments = commentsOf(file)
    const code = comments
      .reduce((text, one) => text.replace(one, ''), textOf(file))
      .replaceAll(strings, '')
    const names = (code.match(/\b[A-Za-z]\w*\b/g) ?? [])
      .filter(name => oldNames.test(name) && !oldNameIsMeant.test(name))
      .map(name => `${file}: ${name}`)
    const words = comments
      .flatMap(text => text.match(oldWords) ?? [])
      .map(word => `${file}: ${word}`)
    return [...new Set([...names, ...words])]
  })
  t.strictSame(old, [])
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

t.test('a daemon by itself loads nothing of other daemons and of their database', async t => {
  const loaded = [...loadedBy('daemon/start-daemon.ts'), ...loadedBy('daemon/daemon.ts')]
  t.ok(loaded.includes('daemon/clients/connections.ts'))
  const shared = /^(daemon\/peers\/|daemon\/store\/postgres\/|pg$)/
  t.strictSame(
    loaded.filter(file => shared.test(file)),
    [],
  )
  const lazy = files.filter(file => /import\('[^']*\/(?:peers|postgres)\//.test(textOf(file)))
  // Beside the daemon, a command that moves a store into a database, and one that looks at it.
  const commands = ['daemon/cli/commands/store-copy.ts', 'daemon/cli/doctor/check-database.ts']
  t.strictSame(lazy.sort(), [...commands, 'daemon/services.ts', 'daemon/start-daemon.ts'])
})

t.test('the files that the prelude loads from outside are part of its hash', async t => {
  const outside = [...loadedBy('executor/guest/prelude.ts')]
    .filter(file => !file.startsWith('executor/guest/'))
    .map(file => file.slice(0, -'.ts'.length))
  t.strictSame(outside.sort(), preludeOutside)
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
    // Freezes what others could read it by.
    .filter(file => file !== 'executor/worker/frozen-realm.ts')
  t.strictSame(readers, [])
})

t.test('what was thrown is put into words in one way', async t => {
  // Examples are an app's code, and the guest has its own.
  const own = files.filter(file => !/^(?:sdk\/examples|executor\/guest)\//.test(file))
  const another = /instanceof Error\s*\?[^:]*\.message\b/
  t.strictSame(
    own.filter(file => another.test(textOf(file))),
    [],
  )
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

t.test('no test has a folder that tap removes before what the test has started in it', t => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const tests = files.filter(file => file.endsWith('.ts')).map(file => join('test', file))
  const removedEarly = /\bt\.testdir\(/
  t.strictSame(
    tests.filter(file => removedEarly.test(textOf(file))),
    [],
  )
  t.end()
})
