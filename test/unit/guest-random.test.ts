import t from 'tap'
import { loadGuestModule, patchEverything } from './guest-module.ts'

const entry = `import { installRandom, seedRandom } from './executor/guest/web/random.ts'
  installRandom(globalThis)
  globalThis.seedRandom = seedRandom`
const guest = await loadGuestModule(entry)
t.teardown(() => guest.dispose())

t.test('the same seed gives the same numbers, bytes and identifiers', async t => {
  const draw = (seed: string) =>
    guest.show(
      `(seedRandom(${seed}), [Math.random(), Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(9))])`,
    )
  t.equal(draw('1, 2, 3, 4'), draw('1, 2, 3, 4'))
  t.not(draw('1, 2, 3, 4'), draw('1, 2, 3, 5'))
  t.not(draw('1, 2, 3, 4'), draw('2, 2, 3, 4'))
})

t.test('the generator is sfc32', async t => {
  // The same steps in the words of PractRand, on 32-bit unsigned integers.
  let [a, b, c, counter] = [0xdeadbeef, 1, 0xffffffff, 0x80000000]
  const next = () => {
    const result = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + result) >>> 0
    return result
  }
  for (let i = 0; i < 15; i++) next()
  const expected = Array.from({ length: 50 }, next)
  t.equal(
    guest.show(
      `(seedRandom(0xdeadbeef, 1, 0xffffffff, 0x80000000), Array.from(crypto.getRandomValues(new Uint32Array(50))))`,
    ),
    JSON.stringify(expected),
  )
})

t.test('numbers lie in [0, 1) and spread evenly', async t => {
  const counts = JSON.parse(
    guest.show(`(seedRandom(1, 2, 3, 4), (() => {
      const counts = new Array(10).fill(0)
      for (let i = 0; i < 20_000; i++) counts[Math.floor(Math.random() * 10)]++
      return counts
    })())`),
  ) as number[]
  t.equal(counts.length, 10)
  // 2 000 are expected of each; 200 is 4.7 standard deviations.
  t.ok(
    counts.every(count => Math.abs(count - 2_000) < 200),
    counts.join(),
  )
})

t.test('identifiers have the form of version 4', async t => {
  const ids = JSON.parse(
    guest.show(`Array.from({ length: 100 }, () => crypto.randomUUID())`),
  ) as string[]
  t.equal(new Set(ids).size, 100)
  for (const id of ids) {
    t.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  }
})

t.test('only integer arrays of at most 65536 bytes are filled', async t => {
  const refused = (given: string) =>
    guest.show(
      `(() => { try { crypto.getRandomValues(${given}) } catch (e) { return [e.name, e.code, e.message] } })()`,
    )
  t.equal(
    refused('new Uint8Array(65537)'),
    '["QuotaExceededError",22,"The requested length exceeds 65,536 bytes"]',
  )
  const mismatch = '["TypeMismatchError",17,"The data argument must be an integer-type TypedArray"]'
  t.equal(refused('[]'), mismatch)
  t.equal(refused('new Float32Array(1)'), mismatch)
  t.equal(refused('new DataView(new ArrayBuffer(1))'), mismatch)
  t.match(refused(''), /^\["TypeError"/)
  t.equal(guest.show(`crypto.getRandomValues(new Uint8Array(65536)).length`), '65536')
  t.equal(guest.show(`(a => crypto.getRandomValues(a) === a)(new BigInt64Array(2))`), 'true')
  t.equal(
    guest.show(
      `(b => { crypto.getRandomValues(new Uint8Array(b, 2, 2)); const v = new Uint8Array(b); return [v[0], v[1], v[4], v[5]] })(new ArrayBuffer(6))`,
    ),
    '[0,0,0,0]',
  )
})

t.test('randomness goes on working when a program has patched the built-ins', async t => {
  const hostile = await loadGuestModule(entry)
  t.teardown(() => hostile.dispose())
  t.match(
    hostile.run(`
      const { random } = Math
      const bytes = new Uint8Array(4)
      ${patchEverything}
      crypto.getRandomValues(bytes)
      crypto.randomUUID() + ' ' + (random() < 1)
    `),
    /^[\da-f-]{36} true$/,
  )
})
