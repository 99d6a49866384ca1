/** The guides to Python: every example in them is run, and gives what stands under it. */

import { readFileSync } from 'node:fs'
import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const block = /^```(.*)\n([\s\S]*?)^```$/gm

for (const guide of ['python', 'migration']) {
  t.test(`the examples of docs/${guide}.md give what stands under them`, async t => {
    const text = readFileSync(new URL(`../../docs/${guide}.md`, import.meta.url), 'utf8')
    const blocks = [...text.matchAll(block)].map(([, kind = '', body = '']) => ({ kind, body }))
    const code = blocks.find(({ kind }) => kind === 'ts tools')?.body ?? ''
    const { default: tools } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    const { run } = pythonExecutor(t, { tools })
    let ran = 0
    for (const [i, { kind, body }] of blocks.entries()) {
      if (kind !== 'python') continue
      const expected = blocks[i + 1]
      t.equal(expected?.kind, 'json', `a value under ${body}`)
      const { output, error } = await run(body)
      t.equal(error, undefined, body)
      t.strictSame(output, JSON.parse(expected?.body ?? ''), body)
      ran++
    }
    t.ok(ran > 5)
  })
}
