import t from 'tap'
import { readProgram } from '../../sdk/agents/reply-program.ts'

/** A program that was found: source, language, thought. */
const found = (reply: string, isCutOff = false) => {
  const read = readProgram(reply, isCutOff)
  return read.kind === 'program' ? [read.source, read.language, read.thought] : read.problem
}

t.test('the first block in our languages is the program, what stands before it the thought', t => {
  const cases: [reply: string, ...found: unknown[]][] = [
    ['A.\n```js\n1\n2\n```\nB.', '1\n2', 'javascript', 'A.'],
    ['```\n1\n```', '1', 'javascript', ''],
    ['```TypeScript title=x\nlet a: number\n```', 'let a: number', 'typescript', ''],
    ['~~~ts\n1\n~~~', '1', 'typescript', ''],
    ['```node\n1\n```', '1', 'javascript', ''],
    ['```TSX\n1\n```', '1', 'typescript', ''],
    ['````js\n```\n````', '```', 'javascript', ''],
    ['- so:\n  ```js\n  1\n  ```', '  1', 'javascript', '- so:'],
    ['```json\n{}\n```\n```js\n1\n```', '1', 'javascript', '```json\n{}\n```'],
    ['Windows.\r\n```js\r\n1\r\n```', '1\r', 'javascript', 'Windows.'],
    ['```\n$ ls\n```\n```js\n1\n```', '1', 'javascript', '```\n$ ls\n```'],
    ['It stops here.\n```js\n1', '1', 'javascript', 'It stops here.'],
    ['const a = f(`x`)\nfinal_answer(a)', 'const a = f(`x`)\nfinal_answer(a)', 'javascript', ''],
    ['final_answer({ a: 1 });', 'final_answer({ a: 1 });', 'javascript', ''],
  ]
  for (const [reply, ...expected] of cases) t.strictSame(found(reply), expected, reply)
  t.end()
})

t.test('a reply without a program says what is missing', t => {
  const cases: [reply: string, problem: RegExp][] = [
    ['', /no program/],
    ['I call final_answer(1);', /no program/],
    ['const is a keyword', /no program/],
    ['for example (this).', /no program/],
    ['```js\n\n```', /is empty/],
    ['```python\n1\n```', /block in python/],
  ]
  for (const [reply, problem] of cases) t.match(found(reply), problem, reply)
  t.match(found('```js\nconst a = [', true), /cut off/)
  t.match(found('Let me', true), /cut off/)
  t.strictSame(found('```js\n1\n```\nand th', true), ['1', 'javascript', ''])
  t.end()
})

t.test('later blocks are counted', t => {
  const read = readProgram('```js\n1\n```\n```js\n2\n```\n```sh\nls\n```')
  t.match(read, { kind: 'program', source: '1', laterBlocks: 1 })
  t.end()
})
