/**
 * Makes one file of the daemon and one of each of its threads, in the place of what `tsc` has written
 * into `dist/` (`npm run build`). A start then reads a few files instead of some 800.
 *
 * What an app imports (`dist/sdk`, `dist/executor`, `dist/protocol`) stays as it is, since an app
 * shares zod and openai with it.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { type OutputChunk, rolldown } from 'rolldown'
import { light } from './light-http.ts'
import { oneLocale } from './one-locale.ts'
import { places } from './places.ts'
import { startFiles } from './start-files.ts'

const root = resolve(import.meta.dirname, '../..')
const dist = join(root, 'dist')

/** Each is started by its path: as a process, or as a thread. */
const entries = [
  'daemon/main',
  'daemon/http-tools/document/document-thread',
  'daemon/store/sqlite/thread-entry',
  'daemon/store/sqlite/upkeep-thread',
  'executor/engine/cpython/image-thread',
  'executor/pool/process/child',
  'executor/typecheck/reading-thread',
  'executor/worker/entry',
]

/**
 * Packages that stay outside. piscina starts a file beside its own, and TypeScript finds its compiler
 * from there; the engines' packages are found by their names, for their WebAssembly; openai and the
 * exporter of traces are large and used by few; pg and aws4fetch are optional peers.
 */
const external = [
  'piscina',
  /^typescript\//,
  'aws4fetch',
  'pg',
  /^quickjs-wasi\//,
  '@latchd/python',
  /^openai(\/|$)/,
  /^@opentelemetry\/(exporter|sdk)-/,
]

rmSync(join(dist, 'chunks'), { recursive: true, force: true })
const modules = new Set<string>()
for (const entry of entries) {
  const bundle = await rolldown({
    input: { [entry]: join(root, `${entry}.ts`) },
    platform: 'node',
    external,
    plugins: [light(), oneLocale(), places(root)],
    // package.json says that our modules have no side effects, for the bundlers of apps. A thread's has.
    treeshake: {
      moduleSideEffects: id => (id.includes(`${sep}node_modules${sep}`) ? undefined : true),
    },
    // The halves of an engine share modules, and each is imported where it is needed.
    checks: { eval: false, ineffectiveDynamicImport: false },
  })
  const { output } = await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
    // V8 keeps the text of a module as long as it lives, with two bytes for each character when one of
    // them needs it.
    charset: 'ascii',
    comments: false,
    ...(entry === 'daemon/main' && { codeSplitting: { groups: startFiles } }),
  })
  await bundle.close()
  for (const chunk of output) {
    if (isChunk(chunk)) for (const id of chunk.moduleIds) modules.add(id)
  }
}
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences())

function isChunk(output: { readonly type: string }): output is OutputChunk {
  return output.type === 'chunk'
}

/** The licences of the packages whose code is in the files. @throws {Error} when one has none */
function licences(): string {
  const folders = new Set<string>()
  for (const id of modules) {
    const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)
    if (found?.[1] !== undefined) folders.add(found[1])
  }
  return [...folders]
    .sort()
    .map(folder => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      )
      const file = readdirSync(folder).find(file => /^(licen[cs]e|copying)/i.test(file))
      if (file === undefined && typeof license !== 'string') {
        throw new Error(`The package ${name} names no licence`)
      }
      const text = file === undefined ? `${license}\n` : readFileSync(join(folder, file), 'utf8')
      return `${name} ${version}\n\n${text}`
    })
    .join(`\n${'-'.repeat(72)}\n\n`)
}
