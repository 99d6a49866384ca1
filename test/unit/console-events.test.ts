/** The browser names each type of event that it listens to, where no compiler looks. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ExecutionEvent } from '../../protocol/execution/events.ts'

const script = join(import.meta.dirname, '../../daemon/console/static/live.js')

t.test('the console listens to each type of event', async t => {
  const [, list = ''] = /for \(const type of \[([^\]]+)\]/.exec(readFileSync(script, 'utf8')) ?? []
  const listened = Array.from(list.matchAll(/'([\w-]+)'/g), ([, type]) => type)
  const types = ExecutionEvent.options.map(({ shape }) => shape.type.value)
  t.ok(listened.length > 0)
  t.strictSame(
    types.filter(type => !listened.includes(type)),
    [],
  )
})
