import t from 'tap'
import { answerURL } from '../../executor/worker/services/url.ts'
import { loadGuestModule, patchEverything, shownByNode } from './guest-module.ts'

const guest = await loadGuestModule(
  `import * as url from './executor/guest/web/url.ts'
   const { askHost } = globalThis
   url.installURL(globalThis, request => askHost(request))
   globalThis.prelude = url`,
  answerURL,
)
t.teardown(() => guest.dispose())

const parts = (expression: string) =>
  `(u => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash])(${expression})`
const after = (change: string) =>
  `(u => { const p = u.searchParams; ${change}; return [u.href, String(p), u.search] })(new URL('https://me:pw@example.com:8080/a/b?x=1&y=2#h'))`
const params = (init: string) => `(p => [String(p), p.size, [...p]])(new URLSearchParams(${init}))`

const tables: Record<string, readonly string[]> = {
  'parsed URLs': [
    parts(`new URL('https://user:pa%20ss@EXAMPLE.com:443/a/./b/../c d?q=ü&r#frag ment')`),
    parts(`new URL('../x?y', 'http://a.example/b/c/d')`),
    parts(`new URL('//other/x', new URL('https://a.example/b'))`),
    parts(`new URL('http://münchen.example/ß')`),
    parts(`new URL('http://[::1]:3000/')`),
    parts(`new URL('http://0x7f.1/')`),
    parts(`new URL('file:///C|/x/../y')`),
    parts(`new URL('data:text/plain,hello world')`),
    parts(`new URL('mailto:a@b.example')`),
    parts(`new URL('blob:https://a.example/uuid')`),
    parts(`new URL('  https://a.example/\\n\\tb ')`),
    parts(`new URL('https://a.example/\\ud800')`),
    parts(`new URL('custom://host:99/path?x#y')`),
    parts(`new URL({ toString: () => 'https://a.example/obj' })`),
    parts(`new URL('x', undefined)`),
    parts(`new URL('?q', 'https://a.example/p?old#h')`),
    `new URL('nonsense')`,
    `new URL('/x', 'nonsense')`,
    `new URL('')`,
    `new URL()`,
    `new URL('http://a b/')`,
    `new URL('http://a:99999/')`,
    `new URL(Symbol())`,
    `new URL('/x', null)`,
    `(() => { try { new URL('/x', 'y') } catch (e) { return [e.name, e.message, e.code, e.input, e.base, Object.keys(e)] } })()`,
    `[URL.canParse('https://a.example'), URL.canParse('x'), URL.canParse('x', 'https://a.example')]`,
    `URL.canParse()`,
    `[URL.parse('x'), URL.parse('x', 'https://a.example/').href]`,
    `URL.parse()`,
    `[JSON.stringify({ u: new URL('https://a.example/?a=b') }), String(new URL('https://a.example')), new URL('https://a.example').toJSON()]`,
  ],
  'set components': [
    after(`u.href = 'http://b.example/?z=9'`),
    after(`u.href = 'nonsense'`),
    after(`u.protocol = 'http'`),
    after(`u.protocol = 'nonsense'`),
    after(`u.username = 'né'; u.password = ''`),
    after(`u.host = 'b.example:1'`),
    after(`u.hostname = 'b.example:1'`),
    after(`u.hostname = ''`),
    after(`u.port = '443'`),
    after(`u.port = 99999`),
    after(`u.port = '12abc'`),
    after(`u.pathname = '/x y/../z?#'`),
    after(`u.search = '?a=b c&d'`),
    after(`u.search = ''`),
    after(`u.hash = 'é'`),
    after(`u.hash = ''`),
    after(`u.search = Symbol()`),
    after(`'use strict'; u.origin = 'x'`),
    after(`p.append('z', 'ä b')`),
    after(`p.set('x', '&=+')`),
    after(`p.delete('x'); p.delete('y')`),
    after(`p.sort()`),
    after(`u.search = 'k=v'; p.append('l', 'w')`),
    after(`return u.searchParams === p`),
  ],
  'search parameters': [
    params(``),
    params(`undefined`),
    params(`null`),
    params(`5`),
    params(`'?a=1&b=2&a=3'`),
    params(`'??a'`),
    params(`'a&=b&&c==d&%zz=%&%e4=%C3%A4&+=%2B'`),
    params(`'\\ud800=%ED%A0%80&x=%F0%9F%98%80'`),
    params(`'%EF%BB%BFa=%ef%bb%bf'`),
    params(`{ a: 1, b: null, 'c d': 'é' }`),
    params(`[['a', 'b'], ['a', 'c']]`),
    params(`new Map([['m', 'n']])`),
    params(`new URLSearchParams('copied=1')`),
    params(`(function* () { yield ['g', 'h'] })()`),
    params(`['ab', 'cd']`),
    params(`[['a']]`),
    params(`[1]`),
    params(`{ [Symbol.iterator]: 1 }`),
    params(`Symbol()`),
    params(`{ a: Symbol() }`),
    params(`{ a: "!'()~*-._ +&=é😀" }`),
    params(`{ a: 'x\\ud800y' }`),
    `(p => [p.get('a'), p.get('z'), p.getAll('a'), p.getAll('z'), p.has('a'), p.has('a', '3'), p.has('a', 'z'), p.has('a', undefined)])(new URLSearchParams('a=1&b=2&a=3'))`,
    `(p => { p.set('a', 'x'); p.set('n', 'y'); p.append('b', 'z'); p.delete('b', '2'); return [String(p), p.size] })(new URLSearchParams('a=1&b=2&a=3&b=4'))`,
    `(p => { p.delete('a', undefined); return String(p) })(new URLSearchParams('a=1&b=2&a=3'))`,
    `(p => { p.sort(); return String(p) })(new URLSearchParams('z=1&a=1&é=1&😀=1&ﬀ=1&a=0&=2'))`,
    `[[...new URLSearchParams('a=1&b=2').keys()], [...new URLSearchParams('a=1&b=2').values()], [...new URLSearchParams('a=1&b=2').entries()]]`,
    `(p => { const seen = []; p.forEach(function (v, k, q) { seen.push(v, k, q === p, this.t) }, { t: 1 }); return seen })(new URLSearchParams('a=1&b=2'))`,
    `(p => { const seen = []; for (const [k] of p) { seen.push(k); p.delete(k) } return seen })(new URLSearchParams('a=1&b=2&c=3'))`,
    `(p => { const i = p.entries(); p.append('b', '2'); return [i.next().value, i.next().value, i.next().done, i.next().done, String(i)] })(new URLSearchParams('a=1'))`,
    `new URLSearchParams().append('a')`,
    `new URLSearchParams().set('a')`,
    `new URLSearchParams().get()`,
    `new URLSearchParams().has()`,
    `Object.fromEntries(new URLSearchParams('a=1&b=2'))`,
  ],
  shapes: [
    `['URL', 'URLSearchParams'].map(n => [globalThis[n].name, globalThis[n].length, Object.prototype.toString.call(Object.create(globalThis[n].prototype))])`,
    `Object.keys(URLSearchParams.prototype).sort()`,
    `Object.keys(URL.prototype).sort()`,
    `['append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'forEach', 'entries'].map(n => [URLSearchParams.prototype[n].name, URLSearchParams.prototype[n].length])`,
    `URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries`,
    `new (class X extends URL { get short() { return this.host } })('https://a.example/x').short`,
    `Object.keys(new URL('https://a.example'))`,
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

t.test('a URL is told from what looks like one', async t => {
  t.equal(
    guest.show(
      `[new URL('a:b'), Object.create(URL.prototype), { href: 'a:b' }, null, 'a:b'].map(prelude.isURL)`,
    ),
    '[true,false,false,false,false]',
  )
  t.equal(
    guest.show(
      `[new URLSearchParams(), Object.create(URLSearchParams.prototype), {}, null].map(prelude.isURLSearchParams)`,
    ),
    '[true,false,false,false]',
  )
  t.match(guest.show(`URL.prototype.toString.call({})`), /^TypeError/)
  t.match(guest.show(`URLSearchParams.prototype.get.call({}, 'a')`), /^TypeError/)
  t.match(guest.show(`URL('a:b')`), /^TypeError/)
})

t.test('URLs and search parameters become text and come back', async t => {
  t.equal(
    guest.show(
      `[prelude.urlHref(new URL('https://a.example/ü')), prelude.makeURL('https://a.example/').host,
        prelude.searchParamsText(new URLSearchParams({ a: 'b c' })), prelude.makeURLSearchParams('x=y').get('x')]`,
    ),
    '["https://a.example/%C3%BC","a.example","a=b+c","y"]',
  )
})

t.test('a URL beyond the bound is refused with its size', async t => {
  t.match(
    guest.show(`new URL('https://a.example/' + 'x'.repeat(2e6))`),
    /^RangeError: Cannot parse URL: 20000\d\d characters, limit 1048576/,
  )
})

t.test('the worker answers a malformed request with an error', async t => {
  for (const request of [
    '',
    'nonsense',
    '[]',
    '{}',
    '5',
    '["parse"]',
    '["set"]',
    'null',
    '["constructor","a:b"]',
  ]) {
    t.type(answerURL(request), 'string', request)
  }
  t.strictSame(
    JSON.parse(answerURL('["set","https://a.example/","__proto__","x"]')).ok.href,
    'https://a.example/',
  )
})

t.test('URLs go on working when a program has patched the built-ins', async t => {
  const hostile = await loadGuestModule(
    `import { installURL } from './executor/guest/web/url.ts'
     const { askHost } = globalThis
     installURL(globalThis, request => askHost(request))`,
    answerURL,
  )
  t.teardown(() => hostile.dispose())
  const patched = hostile.run(`
    ${patchEverything}
    encodeURIComponent = decodeURIComponent = escape = unescape = btoa = atob = String = undefined
    const url = new URL('https://a.example/x?q=1%zz&%C3%A4=%FF')
    const params = url.searchParams
    params.append("it's", 'ü +')
    params.set('q', '2')
    params.sort()
    url.pathname = '/p q'
    const next = params.entries().next().value
    url.href + ' ' + params.get('ä') + ' ' + next[0] + ' ' + (() => { try { new URL('x') } catch (e) { return e.code } })()
  `)
  t.equal(
    patched,
    "https://a.example/p%20q?it%27s=%C3%BC+%2B&q=2&%C3%A4=%EF%BF%BD \ufffd it's ERR_INVALID_URL",
  )
})
