/** What the prelude puts in place of built-ins behaves and looks as the same thing does in this Node. */

import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'

// The zone of a guest.
process.env.TZ = 'UTC'
const executor = startExecutor(t)

type Answers = Record<string, unknown>

const probe = (name: string) =>
  readFileSync(new URL(`../fixtures/probes/${name}.js`, import.meta.url), 'utf8')

/** Answers of a script in this Node and in a guest, where they differ. */
async function differences(name: string) {
  const source = probe(name)
  const here = runInThisContext(source) as Answers
  const limits = { maxOutputBytes: 8_000_000 }
  const there = (await outputOf(executor, { source, limits })) as Answers
  const all = [...new Set([...Object.keys(here), ...Object.keys(there)])]
  const differing = all.filter(key => JSON.stringify(here[key]) !== JSON.stringify(there[key]))
  return { count: all.length, differing: differing.map(key => [key, here[key], there[key]]) }
}

for (const name of ['intl-services', 'intl-values', 'locale-methods', 'callbacks']) {
  t.test(`${name}: the answers of this Node`, async t => {
    const { count, differing } = await differences(name)
    t.ok(count > 100)
    t.strictSame(differing, [])
  })
}

/** Why what programs find looks otherwise than in Node. */
const allowed: [why: string, paths: RegExp][] = [
  [
    'no enumerable property of the global object is a built-in, so that its keys are tools and inputs',
    /^(set|clear)(Timeout|Interval|Immediate)$|^(structuredClone|queueMicrotask|atob|btoa)$/,
  ],
  [
    'Web IDL: members of interfaces are enumerable, operations are no constructors and count required arguments',
    /^AbortSignal\.(abort|any|timeout|prototype\.(reason|throwIfAborted|onabort))$|^structuredClone\.prototype|^Event\.prototype\.[A-Z_]+$/,
  ],
  [
    'crypto and performance are objects of their own, with methods that are no constructors',
    /^method (crypto|performance|subtle)\./,
  ],
  [
    'the engine’s own functions are no constructors',
    /^(queueMicrotask|atob|btoa)(\.prototype| up)/,
  ],
  ['Event.isTrusted cannot be forged: nothing here is trusted', /^Event\.prototype\.isTrusted$/],
  [
    'there is no legacy initEvent, and no object URL',
    /^Event\.prototype\.initEvent|^URL\.\w+ObjectURL/,
  ],
]

t.test('functions and properties look as they do in this Node', async t => {
  const { count, differing } = await differences('descriptors')
  t.ok(count > 300)
  const left = differing.filter(([path]) => !allowed.some(([, paths]) => paths.test(String(path))))
  t.strictSame(left, [])
})
