/** The import table is the boundary: the list is held against the package that it was made for. */

import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  allowedImports,
  replacedImports,
} from '../../../executor/engine/cpython/allowed-imports.ts'
import { readPackage } from '../../../executor/engine/cpython/package-files.ts'
import { refusedImports } from '../../../executor/engine/cpython/refused-imports.ts'

/** Of the package that the list was made for: an upgrade is a decision. */
const HASH = 'a48def14fc0d859de59035d72f5d4f7efe2de3754c0c7e54eabcad22ff9a3161'

t.test('the package is the one that the list was made for', async t => {
  const { hash } = await readPackage()
  t.equal(hash, HASH, 'look through the imports anew before this hash changes')
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../../packages/python/package.json', import.meta.url), 'utf8'),
  )
  t.match(dependencies.pyodide, /^\d+\.\d+\.\d+$/, 'an exact version')
})

t.test('every allowed import is one of the module, and few are', async t => {
  const { wasm } = await readPackage()
  const module = await WebAssembly.compile(wasm)
  const functions = WebAssembly.Module.imports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name)
  const unknown = [...allowedImports].filter(name => !functions.includes(name))
  t.strictSame(unknown, [])
  t.ok(functions.length > 200)
  t.equal(allowedImports.size, 48)
  for (const name of replacedImports) t.ok(allowedImports.has(name), name)
  const ways = ['_emscripten_system', '_dlopen_js', 'proc_exit', 'getaddrinfo', '__syscall_connect']
  for (const name of ways) t.notOk(allowedImports.has(name), name)
})

t.test(
  'an import that is refused with an answer is one of the module, and is not allowed',
  async t => {
    const { wasm } = await readPackage()
    const functions = WebAssembly.Module.imports(await WebAssembly.compile(wasm))
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name)
    for (const name of refusedImports.keys()) {
      t.ok(functions.includes(name), name)
      t.notOk(allowedImports.has(name), name)
    }
    for (const name of ['proc_exit', '_abort_js', '_dlopen_js', 'ffi_call_js']) {
      t.notOk(refusedImports.has(name), name)
    }
  },
)
