/** The log as a person at a terminal reads it. */

import t from 'tap'
import { logGate } from '../../daemon/cli/output/log-gate.ts'
import { createLog } from '../../daemon/log/log.ts'
import { logText } from '../../daemon/log/log-text.ts'

/** The lines of a log with these entries. */
function lines(isColoured: boolean, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const written: string[] = []
  use(createLog('debug', { write: line => void written.push(logText(line, isColoured)) }))
  return written.map(line => line.replace(/\d\d:\d\d:\d\d/, 'TIME'))
}

t.test('a line is time, level, message and what else is known', async t => {
  const written = lines(false, log => {
    log.info({ executionId: 'exe_1', tools: ['a', 'b'], note: 'two words' }, 'execution ended')
    log.warn('no tokens')
  })
  t.strictSame(written, [
    'TIME INFO  execution ended executionId=exe_1 tools=["a","b"] note="two words"\n',
    'TIME WARN  no tokens\n',
  ])
})

t.test('an error has its stack below, and nothing steers the terminal', async t => {
  const error = new Error('bad \x1b[2J thing')
  const [line] = lines(false, log => log.error({ err: error, who: '\x1b[31m' }, 'failed\x07'))
  const head = 'TIME ERROR failed\\x07 who=\\x1b[31m\n    Error: bad \\x1b[2J thing\n        at '
  t.equal(line?.slice(0, head.length), head)
  t.notMatch(line, '\x1b')
})

t.test('colours are for terminals that show them; a long value is shortened', async t => {
  const [line] = lines(true, log => log.warn({ long: 'x'.repeat(500) }, 'careful'))
  t.match(line, `\x1b[33mWARN \x1b[0m careful \x1b[2mlong=${'x'.repeat(100)}`)
  t.ok((line as string).length < 300)
})

t.test('what is no JSON any more is written as it is', async t => {
  t.equal(logText('{"level":[redacted]}\n', true), '{"level":[redacted]}\n')
})

t.test('lines before the gate opens come when it does, in order', async t => {
  const written: string[] = []
  const gate = logGate(line => void written.push(line))
  gate.write('a')
  t.strictSame(written, [])
  gate.open()
  gate.write('b')
  gate.open()
  t.strictSame(written, ['a', 'b'])
})
