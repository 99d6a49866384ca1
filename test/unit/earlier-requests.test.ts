/** Journals of earlier versions name the requests that programs repeat here in other words. */

import { hash } from 'node:crypto'
import t from 'tap'
import { earlierTexts, isRequestText } from '../../executor/boundary/earlier-requests.ts'
import { digestOf } from '../../executor/boundary/input-digest.ts'
import type { GuestRequest } from '../../executor/boundary/messages.ts'
import { inputHashOf, requestText } from '../../executor/boundary/request-fingerprint.ts'

const nameOf = (index: number) => `tool${index}`
const callWith = (input: string): GuestRequest => {
  const rest = { ...inputHashOf(input), isBlocking: true, atMs: 0 }
  return { kind: 'call', callNumber: 1, tool: 3, input, ...rest }
}
const isText = (recorded: string, input: string) => isRequestText(recorded, callWith(input), nameOf)

const sha256 = (text: string) => `sha256:${hash('sha256', text, 'base64url')}`

t.test('a request is known by its own text, short or long', async t => {
  for (const input of ['j[1]', `j["${'x'.repeat(200)}"]`, `j["${'x'.repeat(20_000)}"]`]) {
    t.ok(isText(requestText(callWith(input), nameOf), input))
  }
})

t.test('plain arguments are known in the exact form that guests wrote before', async t => {
  t.ok(isText('call tool3 d[[1],{"a":2,"b":3},1,[4,5],"é",null]', 'j[{"a":1,"b":["é",null]}]'))
  const long = Array.from({ length: 40 }, (_, i) => ({ i }))
  const places = long.map((_, i) => i + 1)
  const forms = [...long.map((_, i) => `{"i":${i + 41}}`), ...long.map(({ i }) => i)]
  const exact = `d[[${places}],${forms}]`
  t.ok(isText(`call tool3 ${sha256(exact)}`, `j${JSON.stringify(long)}`))
})

t.test('long arguments are known by the hash that stood for them before', async t => {
  const input = `j["${'x'.repeat(20_000)}"]`
  t.ok(isText(`call tool3 ${sha256(input)}`, input))
})

t.test('an exact form that plain JSON holds is known as that', async t => {
  const long = 'x'.repeat(200)
  t.ok(isText('call tool3 j[{"a":1}]', 'd[[1],{"a":2},1]'))
  t.ok(isText(requestText(callWith(`j[{"a":"${long}"}]`), nameOf), `d[[1],{"a":2},"${long}"]`))
})

t.test('other requests are others', async t => {
  for (const recorded of [
    'call tool3 j[{"a":2}]',
    'call tool3 d[[1],{"a":2},2]',
    'call tool4 j[{"a":1}]',
    'call tool3.raw j[{"a":1}]',
    'item 3',
    `call tool3 ${sha256('j[1]')}`,
  ]) {
    t.notOk(isText(recorded, 'j[{"a":1}]'), recorded)
  }
  t.notOk(isText('call tool3 j[{}]', 'd[[1],["Date",""]]'))
  t.strictSame(earlierTexts({ kind: 'next-item', callNumber: 1, stream: 2 }, nameOf), [])
})

t.test('every character of a text counts in its digest', async t => {
  const text = 'latch'.repeat(50_000)
  const digests = new Set([digestOf(text)])
  for (const at of [0, 1, 77_777, text.length - 1]) {
    digests.add(digestOf(`${text.slice(0, at)}é${text.slice(at + 1)}`))
    digests.add(digestOf(`${text.slice(0, at)}x${text.slice(at + 1)}`))
  }
  for (const other of [`${text} `, text.slice(1), '']) digests.add(digestOf(other))
  t.equal(digests.size, 12)
  t.equal(digestOf(text), digestOf(text), 'and nothing of another text is in it')
})
