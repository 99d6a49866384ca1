import t from 'tap'
import { answerDecoder } from '../../executor/worker/services/text-decoder.ts'
import { loadGuestModule, patchEverything, shownByNode } from './guest-module.ts'

const entry = `import { installEncoding } from './executor/guest/web/encoding.ts'
  installEncoding(globalThis, globalThis.askHost)`
const guest = await loadGuestModule(entry, answerDecoder)
t.teardown(() => guest.dispose())

const encode = (text: string) => `new TextEncoder().encode(${text})`
const decode = (bytes: readonly number[], label = 'utf-8', options = '') =>
  `new TextDecoder('${label}'${options}).decode(new Uint8Array([${bytes}]))`
const FATAL = ', { fatal: true }'
const stream = (chunks: readonly (readonly number[])[], label = 'utf-8', options = '') =>
  `(d => [${chunks.map(c => `d.decode(new Uint8Array([${c}]), { stream: true })`)}, d.decode()])(new TextDecoder('${label}'${options}))`

const malformed: readonly (readonly number[])[] = [
  [0x80],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xc3, 0x41],
  [0xe0, 0x80, 0x80],
  [0xe0, 0xa0],
  [0xe2, 0x82, 0x41],
  [0xe2, 0x28, 0xa1],
  [0xed, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf],
  [0xef, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x9f, 0x98, 0x41, 0x42],
  [0xf0, 0x9f, 0xc3, 0xa9],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff, 0xfe, 0x41],
  [0x41, 0xe2, 0x82, 0xac, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0xc3],
]

const SINGLE_BYTE = [
  ...['ibm866', 'iso-8859-2', 'iso-8859-5', 'iso-8859-8-i', 'iso-8859-15', 'iso-8859-16'],
  ...['koi8-r', 'koi8-u', 'macintosh', 'windows-874', 'windows-1250', 'windows-1251', 'cp1254'],
  ...['windows-1258', 'x-mac-cyrillic', 'x-user-defined'],
]
const MULTI_BYTE = ['gbk', 'gb18030', 'big5', 'euc-jp', 'shift_jis', 'euc-kr']
const BYTES = Array.from({ length: 256 }, (_, i) => (i * 167 + 13) & 0xff)
/** The same bytes in pieces of one to five. */
const PIECES = Array.from({ length: 60 }, (_, i) => BYTES.slice(i * 4, i * 4 + 1 + (i % 5)))

const tables: Record<string, readonly string[]> = {
  'legacy encodings': [
    ...[...SINGLE_BYTE, ...MULTI_BYTE].flatMap(label => [
      decode(BYTES, label),
      decode(BYTES, label, FATAL),
      stream(PIECES, label),
    ]),
    decode([0x1b, 0x24, 0x42, 0x24, 0x22, 0x1b, 0x28, 0x42, 65], 'iso-2022-jp'),
    stream(
      [[0x1b], [0x24, 0x42, 0x24], [0x22], [0x24, 0x24, 0x1b, 0x28], [0x42, 65]],
      'iso-2022-jp',
    ),
    decode([0x84, 0x31, 0x95, 0x33, 65], 'gb18030'),
    `new TextDecoder(' Shift-JIS ').encoding`,
    `new TextDecoder('replacement')`,
  ],
  'encoded texts': [
    encode(`''`),
    encode(`'hello'`),
    encode(`'é€😀\\0\\x7f\\x80\\uffff'`),
    encode(`'\\ud800'`),
    encode(`'a\\udc00b\\ud83d'`),
    encode(``),
    encode(`undefined`),
    encode(`null`),
    encode(`{ toString: () => 'ü' }`),
    encode(`Symbol()`),
    `new TextEncoder().encode('é'.repeat(1000)).length`,
    ...['0', '1', '2', '3', '4', '5', '10'].map(
      n => `(b => [new TextEncoder().encodeInto('aé€😀', b), b])(new Uint8Array(${n}))`,
    ),
    `(b => [new TextEncoder().encodeInto('\\ud800x\\ud83d', b), b])(new Uint8Array(4))`,
    `(b => [new TextEncoder().encodeInto('xyz', new Uint8Array(b, 2, 2)), new Uint8Array(b)])(new ArrayBuffer(6))`,
    `new TextEncoder().encoding`,
    `Object.keys(TextEncoder.prototype).sort()`,
    `[TextEncoder.name, TextEncoder.length, String(new TextEncoder())]`,
  ],
  'decoded bytes': [
    decode([]),
    decode([104, 105]),
    decode([0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0, 37, 37]),
    decode([0xef, 0xbb, 0xbf, 65, 0xef, 0xbb, 0xbf]),
    decode([0xef, 0xbb, 0xbf, 65], 'utf-8', ', { ignoreBOM: true }'),
    ...malformed.map(bytes => decode(bytes)),
    decode([65, 0xff], 'utf8', FATAL),
    decode([0xc3, 0xa9], 'utf8', FATAL),
    decode([0x41, 0, 0xe9, 0, 0x3d, 0xd8, 0, 0xde], 'utf-16le'),
    decode([0xff, 0xfe, 0x41, 0], 'utf-16'),
    decode([0x41, 0, 0, 0xd8], 'utf-16le'),
    decode([0, 0xdc, 0x41, 0], 'utf-16le'),
    decode([0x41, 0, 0x42], 'utf-16le'),
    decode([0x41, 0, 0x42], 'utf-16le', FATAL),
    decode([0, 0x41, 0xd8, 0x3d, 0xde, 0], 'utf-16be'),
    decode([0x41, 0x80, 0x81, 0x9f, 0xa0, 0xe9, 0xff], 'latin1'),
    decode([0x93, 0x94], 'windows-1252'),
    `new TextDecoder('ascii').encoding`,
    `new TextDecoder(' UTF-8\\n').encoding`,
    `[new TextDecoder().fatal, new TextDecoder('utf-8', { fatal: 1 }).fatal, new TextDecoder('utf-8', { ignoreBOM: true }).ignoreBOM]`,
    `new TextDecoder('nonsense')`,
    `new TextDecoder('utf-8', null).fatal`,
    `new TextDecoder().decode()`,
    `new TextDecoder().decode(new Uint8Array([65, 66, 67]).buffer)`,
    `new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1))`,
    `new TextDecoder().decode(new Uint16Array([0x4241]))`,
    `new TextDecoder().decode(new Uint8Array([65, 66, 67]).subarray(1))`,
    `Object.keys(TextDecoder.prototype).sort()`,
  ],
  'decoded streams': [
    stream([[0xe2], [0x82], [0xac]]),
    stream([
      [0xf0, 0x9f],
      [0x98, 0x80, 0x41],
    ]),
    stream([[0xf0, 0x9f], [0x41]]),
    stream([[0xe0], [0x80]]),
    stream([[0xed], [0xa0], [0x80]]),
    stream([[0xc3]]),
    stream([[0xef], [0xbb], [0xbf, 0x41], [0xef, 0xbb, 0xbf]]),
    stream([
      [0xef, 0xbb, 0xbf],
      [0xef, 0xbb, 0xbf, 0x41],
    ]),
    stream([[], [0x41], []]),
    stream([[0x3d], [0xd8], [0], [0xde]], 'utf-16le'),
    stream(
      [
        [0x3d, 0xd8],
        [0x41, 0],
      ],
      'utf-16le',
    ),
    stream([[0xff], [0xfe, 0x41, 0]], 'utf-16le'),
    stream([[0xe9], [0x80]], 'latin1'),
    `(d => [d.decode(new Uint8Array([0xc3]), { stream: true }), d.decode(new Uint8Array([0xa9])), d.decode(new Uint8Array([0xa9]))])(new TextDecoder())`,
    `(d => [d.decode(new Uint8Array([0xc3]), { stream: true }), d.decode(new Uint8Array([0x41]))])(new TextDecoder('utf-8', { fatal: true }))`,
  ],
  'base64 texts': [
    `[btoa('hello'), btoa('ÿ'), btoa(''), btoa(5), btoa(null)]`,
    `[atob('aGVsbG8='), atob('aGVsbG8'), atob(' aG Vs\\nbG8= '), atob('')]`,
  ],
}

for (const [name, expressions] of Object.entries(tables)) {
  t.test(`${name} are as in Node`, async t => {
    const expected = shownByNode(expressions)
    expressions.forEach((expression, i) => {
      t.equal(guest.show(expression), expected[i], expression)
    })
  })
}

t.test('random bytes decode as in Node, whole and in chunks', async t => {
  // Bytes that often begin, continue or break a sequence.
  const alphabet = [0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5]
  let state = 1
  const random = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const expressions = Array.from({ length: 300 }, () => {
    const bytes = Array.from(
      { length: 1 + random(9) },
      () => alphabet[random(alphabet.length)] as number,
    )
    const cut = random(bytes.length + 1)
    return `[${decode(bytes)}, (d => d.decode(new Uint8Array([${bytes.slice(0, cut)}]), { stream: true }) + d.decode(new Uint8Array([${bytes.slice(cut)}])))(new TextDecoder())]`
  })
  const expected = shownByNode(expressions)
  t.strictSame(expressions.map(guest.show), expected)
})

t.test('what is not bytes is refused', async t => {
  t.match(guest.show(`new TextDecoder().decode(5)`), /^TypeError: .* ERR_INVALID_ARG_TYPE$/)
  t.match(guest.show(`new TextDecoder().decode('x')`), /^TypeError: .* ERR_INVALID_ARG_TYPE$/)
  t.match(guest.show(`new TextDecoder('utf-8', 5)`), /^TypeError: .* ERR_INVALID_ARG_TYPE$/)
  t.match(guest.show(`new TextEncoder().encodeInto(5, new Uint8Array(1))`), /^TypeError/)
  t.match(guest.show(`new TextEncoder().encodeInto('a', new Uint16Array(1))`), /^TypeError/)
  t.match(guest.show(`TextEncoder.prototype.encode.call({}, 'a')`), /^TypeError/)
  t.match(guest.show(`TextEncoder()`), /^TypeError/)
})

t.test('atob and btoa refuse what they cannot convert', async t => {
  for (const expression of [`btoa('Ā')`, `atob('*')`, `atob('a')`]) {
    t.equal(
      guest.show(
        `(() => { try { ${expression} } catch (e) { return [e instanceof DOMException, e.name, e.code] } })()`,
      ),
      '[true,"InvalidCharacterError",5]',
    )
  }
})

t.test('encoding goes on working when a program has patched the built-ins', async t => {
  const hostile = await loadGuestModule(entry)
  t.teardown(() => hostile.dispose())
  t.equal(
    hostile.run(`
      const input = new Uint8Array([0x41, 0xe2, 0x82, 0xac, 0xff, 0xc3])
      const wide = new Uint8Array([0x41, 0, 0, 0xd8])
      const room = new Uint8Array(4)
      ${patchEverything}
      const decoder = new TextDecoder()
      const text = decoder.decode(input, { stream: true })
      const rest = decoder.decode()
      const into = new TextEncoder().encodeInto('aé😀', room)
      const bytes = new TextEncoder().encode('é' + text)
      text + rest + ' ' + into.read + ' ' + into.written + ' ' + bytes[0] + ' ' + bytes[1] + ' ' + bytes[2] +
        ' ' + new TextDecoder('utf-16').decode(wide) + ' ' + new TextDecoder('latin1').decode(input)
    `),
    'A€\ufffd\ufffd 2 3 195 169 65 A\ufffd Aâ‚¬ÿÃ',
  )
})
