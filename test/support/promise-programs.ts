/**
 * Random programs that call asynchronous tools through helpers, and use every promise as Node asks
 * for it: what they give and note in Node is what they have to give anywhere.
 */

import fc from 'fast-check'

/** A way to write a function that gives the promise of `num` or `bad`. */
interface Helper {
  /** Declares it; `name` is free to use. */
  declare(name: string, tool: string): string
  /** The expression that stands for the function. */
  reference(name: string): string
}

const named = (name: string) => name

const helpers: readonly Helper[] = [
  { declare: (f, tool) => `const ${f} = x => ${tool}(x)`, reference: named },
  { declare: (f, tool) => `const ${f} = (x) => { return ${tool}(x) }`, reference: named },
  { declare: (f, tool) => `function ${f}(x) { return ${tool}(x) }`, reference: named },
  { declare: (f, tool) => `const ${f} = function (x = 1) { return ${tool}(x) }`, reference: named },
  { declare: (f, tool) => `const ${f} = (x, p = ${tool}(x)) => p`, reference: named },
  {
    declare: (f, tool) => `function ${f}(x, p = ${tool}(x)) { const q = p; return q }`,
    reference: named,
  },
  {
    declare: (f, tool) => `const ${f} = x => { note('${f}', x); return ${tool}(x) }`,
    reference: named,
  },
  {
    declare: (f, tool) => `const ${f} = x => { const y = x; return ${tool}(y) }`,
    reference: named,
  },
  {
    declare: (f, tool) => `const ${f} = x => { const p = ${tool}(x); return p }`,
    reference: named,
  },
  { declare: (f, tool) => `const ${f} = x => x % 2 ? ${tool}(x) : ${tool}(x)`, reference: named },
  {
    declare: (f, tool) => `function ${f}(x) { if (x > 2) return ${tool}(x); return ${tool}(x) }`,
    reference: named,
  },
  {
    declare: (f, tool) => `const ${f}0 = x => ${tool}(x); const ${f} = x => ${f}0(x)`,
    reference: named,
  },
  {
    declare: (f, tool) => `const ${f}1 = k => x => ${tool}(x + k); const ${f} = ${f}1(0)`,
    reference: named,
  },
  { declare: (f, tool) => `const ${f} = ${tool}`, reference: named },
  { declare: (f, tool) => `const ${f} = async x => ${tool}(x)`, reference: named },
  { declare: (f, tool) => `async function ${f}(x) { return await ${tool}(x) }`, reference: named },
  {
    declare: (f, tool) =>
      `async function ${f}(x) { try { return await ${tool}(x) } finally { note('${f}') } }`,
    reference: named,
  },
  {
    declare: (f, tool) =>
      `const ${f} = x => new Promise((yes, no) => { ${tool}(x).then(yes, no) })`,
    reference: named,
  },
  { declare: (f, tool) => `const ${f} = x => ${tool}(x).then(y => y)`, reference: named },
  { declare: (f, tool) => `const ${f} = x => Promise.resolve(x).then(${tool})`, reference: named },
  { declare: (f, tool) => `const ${f} = { get: x => ${tool}(x) }`, reference: f => `${f}.get` },
  {
    declare: (f, tool) => `const ${f} = { k: 0, get(x) { return ${tool}(x + this.k) } }`,
    reference: f => `${f}.get`,
  },
  {
    declare: (f, tool) => `class ${f} { static get(x) { return ${tool}(x) } }`,
    reference: f => `${f}.get`,
  },
  {
    declare: (f, tool) => `class ${f}C { get(x) { return ${tool}(x) } } const ${f} = new ${f}C()`,
    reference: f => `${f}.get`,
  },
  {
    declare: (f, tool) => `class ${f}C { get = x => ${tool}(x) } const ${f} = new ${f}C()`,
    reference: f => `${f}.get`,
  },
  { declare: (f, tool) => `const ${f} = [x => ${tool}(x)]`, reference: f => `${f}[0]` },
]

/** Ways to use calls; each is an expression or statements that note what came of it. */
type Use = (f: string, g: string, n: number) => string

const message = 'e => e.message'

const uses: readonly Use[] = [
  (f, _, n) => `note(await ${f}(${n}).catch(${message}))`,
  (f, _, n) => `try { note(await ${f}(${n})) } catch (e) { note(e.message) }`,
  (f, _, n) => `note(await ${f}(${n}).then(x => x + 1, ${message}))`,
  (f, g, n) =>
    `note((await Promise.allSettled([${f}(${n}), ${g}(${n + 1})])).map(r => r.value ?? r.reason.message))`,
  (f, _, n) =>
    `note((await Promise.allSettled([${n}, ${n + 1}].map(x => ${f}(x)))).map(r => r.status))`,
  (f, g, n) =>
    `try { note(await Promise.all([${f}(${n}), ${g}(${n + 1}), ${n + 2}])) } catch (e) { note(e.message) }`,
  (f, _, n) =>
    `try { note(await Promise.all([${n}, ${n + 1}, ${n + 2}].map(x => ${f}(x)))) } catch (e) { note(e.message) }`,
  (f, _, n) =>
    `try { const ps = [${n}, ${n + 1}].map(x => ${f}(x)); note(ps.length); note(await Promise.all(ps)) } catch (e) { note(e.message) }`,
  (f, _, n) =>
    `try { const ps = []; for (let i = 0; i < 3; i++) ps.push(${f}(i + ${n})); note(await Promise.all(ps)) } catch (e) { note(e.message) }`,
  (f, g, n) =>
    `try { const p = ${f}(${n}); note('sent'); const q = ${g}(${n + 1}); await Promise.allSettled([p, q]); note(await p, await q) } catch (e) { note(e.message) }`,
  (f, g, n) =>
    `try { let p = ${f}(${n}); note(await p); p = ${g}(${n + 1}); note(await p) } catch (e) { note(e.message) }`,
  (f, _, n) => `note(await to(${f}(${n})))`,
  (f, _, n) => `note(await safe(() => ${f}(${n})))`,
  (f, g, n) => `note(await Promise.all([safe(() => ${f}(${n})), safe(() => ${g}(${n + 1}))]))`,
  (f, g, n) =>
    `{ const ps = [${f}(${n}), ${g}(${n + 1})]; note(await Promise.race(ps).catch(${message})); await Promise.allSettled(ps) }`,
  (f, g, n) =>
    `{ const ps = [${f}(${n}), ${g}(${n + 1})]; note(await Promise.any(ps).catch(e => e.errors.map(${message}))); await Promise.allSettled(ps) }`,
  (f, g, n) => `note(await ${f}(${n}).then(x => ${g}(x + 1)).catch(${message}))`,
  (f, g, n) =>
    `note(await Promise.all([${n}, ${n + 1}].map(x => ${f}(x).then(y => ${g}(y)).catch(${message}))))`,
  (f, _, n) =>
    `await ${f}(${n}).then(x => { note('then', x) }, e => { note('failed', e.message) }).finally(() => { note('finally') })`,
  (
    f,
    g,
    n,
  ) => `const run${n} = async x => { note('in', x); const a = await ${f}(x); return (await ${g}(a)) + 1 }
    note((await Promise.allSettled([run${n}(${n}), run${n}(${n + 1})])).map(r => r.value ?? r.reason.message))`,
  (f, _, n) =>
    `try { const ps = [${f}(${n}), ${f}(${n + 1})]; await Promise.allSettled(ps); for await (const x of ps) note(x) } catch (e) { note(e.message) }`,
  (f, _, n) =>
    `note(await [${n}, ${n + 1}].reduce((p, x) => p.then(sum => ${f}(x).then(y => sum + y)), Promise.resolve(0)).catch(${message}))`,
  (f, g, n) =>
    `try { const [p, q] = [${f}(${n}), ${g}(${n + 1})]; await Promise.allSettled([p, q]); note((await q) - (await p)) } catch (e) { note(e.message) }`,
  (f, _, n) =>
    `try { note(await Promise.all(((ks) => ks.map(k => ${f}(k)))([${n}, ${n + 1}]))) } catch (e) { note(e.message) }`,
  (f, _, n) => `note(await retry(() => ${f}(${n}), 2))`,
  (f, _, n) => `note(await new Promise(done => done(${f}(${n}))).catch(${message}))`,
]

const HELPERS = `
const trace = []
const note = (...values) => { trace.push(values.length === 1 ? values[0] : values) }
const to = p => p.then(v => [null, v], e => [e.message])
const safe = f => f().catch(e => 'safe ' + e.message)
const retry = (f, n) => f().catch(e => n > 0 ? retry(f, n - 1) : 'gave up ' + e.message)
`

/** The text of a program that gives what it noted; it uses `num`, `bad` and `idle`. */
export const promisePrograms: fc.Arbitrary<string> = fc
  .record({
    functions: fc.array(fc.tuple(fc.constantFrom(...helpers), fc.boolean()), {
      minLength: 2,
      maxLength: 4,
    }),
    uses: fc.array(
      fc.tuple(fc.constantFrom(...uses), fc.nat(), fc.nat(), fc.integer({ min: 1, max: 4 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  })
  .map(({ functions, uses }) => {
    const references = functions.map(([helper], i) => helper.reference(`f${i}`))
    const pick = (i: number) => references[i % references.length] as string
    return [
      HELPERS,
      ...functions.map(([helper, fails], i) => helper.declare(`f${i}`, fails ? 'bad' : 'num')),
      // What a failure left under way ends before the next use, so that overlap can be compared.
      ...uses.map(([use, f, g, n]) => `{ ${use(pick(f), pick(g), n)} }\nawait idle()`),
      'return trace',
    ].join('\n')
  })
