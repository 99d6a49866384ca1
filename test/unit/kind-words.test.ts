/** The kinds of values in messages: each has its article. */

import t from 'tap'
import { kindWords, withArticle } from '../../protocol/base/kind-words.ts'
import { shownValue } from '../../protocol/base/shown-value.ts'

t.test('a value is named by its kind, with the article that the kind takes', async t => {
  const values = [undefined, null, {}, [], 'x', 1, true, 1n, Symbol.iterator, () => 1, new Map()]
  t.strictSame(values.map(kindWords), [
    'undefined',
    'null',
    'an object',
    'an array',
    'a string',
    'a number',
    'a boolean',
    'a bigint',
    'a symbol',
    'a function',
    'an object',
  ])
})

t.test('a name of a class has the article of its sound', async t => {
  const names = ['Error', 'Array', 'Int8Array', 'AsyncFunction', 'Map', 'URL', 'Uint8Array']
  t.strictSame(names.map(withArticle), [
    'an Error',
    'an Array',
    'an Int8Array',
    'an AsyncFunction',
    'a Map',
    'a URL',
    'a Uint8Array',
  ])
})

t.test('a value that a message repeats is short, whatever it is', async t => {
  const bare: unknown = Object.create(null)
  t.strictSame(['x'.repeat(1000), 1.5, false, null, bare, [1], () => 1].map(shownValue), [
    JSON.stringify('x'.repeat(100)),
    '1.5',
    'false',
    'null',
    'an object',
    'an array',
    'a function',
  ])
})
