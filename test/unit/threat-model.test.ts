/** The documents that are written from something else, or name files. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { allowedGlobals, allowedOfProcess } from '../../executor/worker/allowed-names.ts'
import { attemptsGuide } from '../spec/generate-attempts.ts'
import { limitsGuide } from '../spec/generate-limits.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(resolve(root, path), 'utf8')

t.test('docs/limits.md is what node test/spec/generate-limits.ts writes', async t => {
  t.equal(read('docs/limits.md'), limitsGuide())
})

t.test('the model says how many names a sealed thread keeps', async t => {
  const figure = `${allowedGlobals.size} globals and ${allowedOfProcess.size} properties of`
  t.ok(read('docs/threat-model.md').includes(figure), figure)
})

t.test('the numbers of attempts are what node test/spec/generate-attempts.ts writes', async t => {
  const { is, shouldBe } = attemptsGuide()
  t.equal(is, shouldBe)
})

t.test('every file that the threat model names is there', async t => {
  const named = [
    ...read('docs/threat-model.md').matchAll(/`((?:test|executor|daemon)\/[\w./*-]+)`/g),
  ]
  const files = named.map(([, path = '']) => path)
  t.ok(files.length > 10)
  t.strictSame(
    files.filter(path => !existsSync(resolve(root, path))),
    [],
  )
})

t.test('every claim of the threat model names a test', async t => {
  const text = read('docs/threat-model.md')
  const table = text.slice(text.indexOf('## Claims'), text.indexOf('## What each layer'))
  const rows = table.split('\n').filter(line => /^\| \d/.test(line))
  t.ok(rows.length > 8)
  t.strictSame(
    rows.filter(row => !row.includes('`test/')),
    [],
  )
  const numbers = rows.map(row => Number(row.split('|')[1]))
  t.strictSame(
    numbers,
    numbers.map((_, i) => i + 1),
  )
  const attempts = text.slice(text.indexOf('## Attempts')).split('\n')
  const meant = attempts.flatMap(row => /^\| ([\d, ]+) \|/.exec(row)?.[1]?.split(', ') ?? [])
  t.ok(meant.length > 0)
  t.strictSame(
    meant.filter(number => !numbers.includes(Number(number))),
    [],
    'attempts are made against claims that there are',
  )
})
