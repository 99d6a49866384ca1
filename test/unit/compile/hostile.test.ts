import { Worker } from 'node:worker_threads'
import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import type { Language } from '../../../protocol/execution/execution.ts'
import { patience } from '../../support/patience.ts'

const LANGUAGES: Language[] = ['javascript', 'typescript']

/** Ten times what the slowest of these took (3 s; 2 cores, Node 26): only a hang takes longer. */
const BOUND_MS = 30_000

t.setTimeout(4 * BOUND_MS)

const DEPTH = 25_000

const nested: [open: string, inner: string, close: string][] = [
  ['(', '1', ')'],
  ['[', '1', ']'],
  ['{', '1', '}'],
  ['x=>', '1', ''],
  ['(x)=>{', '1', '}'],
  ['async(', '1', ')'],
  ['`${', '1', '}`'],
  ['f(', '1', ')'],
  ['!', '1', ''],
  ['await ', '1', ''],
  ['await f(', '1', ')'],
  ['a?', 'b', ':c'],
  ['a=', '1', ''],
  ['1+', '1', ''],
  ['if(a)', '1', ''],
  ['function f(){', '1', '}'],
  ['class A{x=', '1', '}'],
  ['new ', 'A', ''],
  ['<T>(', '1', ')'],
  ['a<b,', 'c', ''],
  ['{a:', '1', '}'],
  ['((a,b)=>', '1', ')'],
  ['', 'await a', '.b'],
  ['', 'await a', '()'],
  ['', 'await a', '?.b'],
  ['', 'a', '``'],
  ['', 'x', ' as any'],
  ['', 'x', '!'],
]

for (const [open, inner, close] of nested) {
  for (const language of LANGUAGES) {
    t.test(`${DEPTH} times ${open}${inner}${close} in ${language} is an answer`, async t => {
      for (const closing of [close.repeat(DEPTH), '']) {
        const compiled = compile(`${open.repeat(DEPTH)}${inner}${closing}`, language)
        if (!compiled.ok) t.equal(compiled.error.name, 'SyntaxError')
      }
    })
  }
}

t.test('nesting that is too deep is called so', async t => {
  for (const language of LANGUAGES) {
    for (const [open, inner, close] of nested.slice(0, 6)) {
      const compiled = compile(open.repeat(DEPTH) + inner + close.repeat(DEPTH), language)
      t.equal(compiled.ok || compiled.error.message, 'The source is nested too deeply', open)
    }
  }
})

t.test('after a source that was too deep the next one compiles', async t => {
  for (const language of LANGUAGES) {
    compile('('.repeat(DEPTH), language)
    t.equal(compile('await f(1)', language).ok, true)
  }
})

t.test('a thread with a larger stack compiles or refuses', async t => {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { compile } = await import(workerData)
    const texts = ['(', '[', 'x=>', '1+', 'a.b?(c):'].map(x => x.repeat(25_000))
    const chain = 'await f(x)' + '.a'.repeat(25_000)
    const languages = ['javascript', 'typescript']
    parentPort.postMessage([...texts, chain].flatMap(x => languages.map(l => typeof compile(x, l).ok)))`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: new URL('../../../executor/compile/compile.ts', import.meta.url).href,
    resourceLimits: { stackSizeMb: 8 },
  })
  t.teardown(() => worker.terminate())
  const answers = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', code => reject(new Error(`exit ${code}`)))
  })
  t.strictSame(answers, Array(12).fill('boolean'))
})

const unterminated = [
  '"a',
  "'a",
  '`a',
  '`${',
  '/a',
  '/[',
  '/*',
  'f(',
  '[1,',
  '{',
  'if (',
  'class A {',
  'async () =>',
  'return (',
  'a ?',
  'a.',
  'let',
  'for (;;',
  'try {',
  '\\u',
  '0x',
  '1_',
  '#',
  '@',
  'a as',
  'x: <',
  'type A =',
  'interface',
  'f<',
  '```',
  '<!--',
  '\u{1F600}',
  '\uD800',
  '\0',
]

for (const source of unterminated) {
  t.test(`${JSON.stringify(source)} is an answer`, async t => {
    for (const language of LANGUAGES) {
      const compiled = compile(source, language)
      if (compiled.ok) t.equal(typeof compiled.program.code, 'string')
      else t.equal(compiled.error.line, 1)
    }
  })
}

/** What `maxSourceBytes` lets through by default; four times as much takes four times as long. */
const SIZE = 262_144
const fill = (text: string): string => text.repeat(Math.floor(SIZE / text.length))
const numbered = (make: (i: number) => string, count: number): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('')

const large: [name: string, source: string, language?: Language][] = [
  ['calls', fill('f(x);\n')],
  ['awaits in one line', fill('await f(x);')],
  ['returns', fill('if(a)return f(x)\n')],
  ['names', numbered(i => `let a${i.toString(36)};`, 25_000)],
  ['vars in blocks', '{'.repeat(500) + numbered(i => `var a${i};`, 22_000) + '}'.repeat(500)],
  ['names in blocks', `${'{'.repeat(500)}await f();${'x;'.repeat(125_000)}${'}'.repeat(500)}`],
  [
    'consts of consts',
    `const a0=f();${numbered(i => `const a${i + 1}=a${i};`, 10_000)}await a10000`,
  ],
  ['arrays of promises', `await Promise.all([${'...xs.map(f),'.repeat(17_000)}])`],
  ['comments', `${fill('/* a */').slice(7 * 3)}await f(x)`],
  ['spaces', `await f(x)${' '.repeat(SIZE - 10)}`],
  ['types', fill('var x:{a:b}={};\n'), 'typescript'],
  ['ambiguity', `${'<T>('.repeat(22)}x${')'.repeat(22)}`, 'typescript'],
]

for (const [name, source, language = 'javascript'] of large) {
  t.test(`256 KiB of ${name} are an answer in time`, async t => {
    const start = performance.now()
    const compiled = compile(source, language)
    if (compiled.ok) compiled.program.positionOf(1, 5)
    else t.equal(compiled.error.name, 'SyntaxError')
    t.ok(performance.now() - start < patience(BOUND_MS))
  })
}

t.test('what is read again and again is given up', async t => {
  const compiled = compile(`${'<T>('.repeat(22)}x${')'.repeat(22)}`, 'typescript')
  t.equal(compiled.ok || compiled.error.message, 'The source is too ambiguous to be read')
})
