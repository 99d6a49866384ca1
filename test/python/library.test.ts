/**
 * Programs as a language model writes them with the standard library. What each prints is beside it:
 * `generate-library.ts` had CPython 3.13 print it.
 */

import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const folder = new URL('../fixtures/python-library/', import.meta.url)
const { run } = pythonExecutor(t)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

for (const name of readdirSync(folder).filter(name => name.endsWith('.py'))) {
  t.test(`a program prints what CPython prints: ${name}`, async t => {
    const { outcome, error } = await run(read(name))
    t.equal(error, undefined)
    const lines = outcome.logs.filter(({ level }) => level === 'log').map(({ text }) => text)
    t.strictSame(
      lines.join('\n').trimEnd().split('\n'),
      read(name.replace('.py', '.txt')).trimEnd().split('\n'),
    )
  })
}
