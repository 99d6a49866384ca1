/**
 * Makes the package `latchd-client` in `packages/client/package/`, from `dist/` (`npm run build`):
 * the client and the agents with what they import, and nothing of the engine or the daemon. Its
 * sources are those of `latchd`, so that nothing stands twice.
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const dist = join(root, 'dist')
const target = join(import.meta.dirname, 'package')

const entries = { '.': 'sdk/index', './agents': 'sdk/agents/index' }

/** Of these only types are used, which have not changed since: a range that fits what apps have. */
const typesOnly: Readonly<Record<string, string>> = { zod: '^4.2.0' }

/** What only types import, which an app has when it uses them. */
const peers = new Set(['openai'])

/** What a file imports, in JavaScript or in its types. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*(?:\*|\/\/).*$/gm, '')
  const found = [...text.matchAll(/(?<!['"])\b(?:from|import)\s*\(?\s*(['"])([^'"]+)\1/g)]
  return found.map(([, , name = '']) => name)
}

/** The files that an entry leads to, and the packages that they need. */
function follow(entry: string, files: Set<string>, packages: Set<string>): void {
  if (files.has(entry)) return
  files.add(entry)
  for (const name of importsOf(entry)) {
    if (!name.startsWith('.')) packages.add(packageOf(name))
    else follow(besides(entry, name), files, packages)
  }
}

/** Types refer to types: `./a.js` of `b.d.ts` is `a.d.ts`. */
function besides(file: string, name: string): string {
  const path = resolve(dirname(file), name)
  return file.endsWith('.d.ts') ? path.replace(/\.[jt]s$/, '.d.ts') : path
}

const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')

const files = new Set<string>()
const packages = new Set<string>()
for (const entry of Object.values(entries)) {
  for (const kind of ['js', 'd.ts']) follow(join(dist, `${entry}.${kind}`), files, packages)
}

const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const ranges: Record<string, string> = {}
for (const name of [...packages].sort()) {
  if (peers.has(name)) continue
  const version: string | undefined = whole.dependencies[name]
  if (version === undefined)
    throw new Error(`The client imports ${name}, which latchd does not depend on`)
  ranges[name] = typesOnly[name] ?? `^${version}`
}

rmSync(target, { recursive: true, force: true })
for (const file of files) {
  const place = join(target, 'dist', relative(dist, file))
  mkdirSync(dirname(place), { recursive: true })
  cpSync(file, place)
}
for (const file of ['LICENSE', 'packages/client/README.md']) {
  cpSync(join(root, file), join(target, file.slice(file.lastIndexOf('/') + 1)))
}
const description = {
  name: 'latchd-client',
  version: whole.version,
  description: 'The client of a latchd daemon, and its agents, without the engine.',
  license: whole.license,
  type: 'module',
  engines: { node: '>=22' },
  exports: Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
    ]),
  ),
  files: ['dist'],
  sideEffects: false,
  dependencies: ranges,
  peerDependencies: { openai: `>=${whole.dependencies.openai.split('.')[0]}` },
  peerDependenciesMeta: { openai: { optional: true } },
}
writeFileSync(join(target, 'package.json'), `${JSON.stringify(description, null, 2)}\n`)
console.log(
  `${relative(root, target)}: ${files.size} files, needs ${Object.keys(ranges).join(', ')}`,
)
