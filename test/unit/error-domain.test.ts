/** An error that nothing catches fails the test in which it was thrown. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'

const root = join(import.meta.dirname, '../..')

t.test('an error that nothing catches fails the test in which it was thrown', async t => {
  const environment = join(root, 'test/support/environment.ts')
  const file = join(root, 'test/fixtures/uncaught-errors.ts')
  const child = spawn(process.execPath, ['--no-warnings', `--import=${environment}`, file], {
    env: { ...process.env, TAP: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const [tap, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const points = tap.match(/^ *(not )?ok .*$/gm)?.map(point => point.replace(/ # time.*/, ''))
  t.strictSame(points, [
    '    not ok 1 - of a callback',
    'not ok 1 - a callback throws',
    '        not ok 1 - of a promise',
    '    not ok 1 - nothing handles a rejection',
    '        ok 1 - (unnamed test)',
    '    ok 2 - the next one goes on',
    'not ok 2 - around',
    '    ok 1 - should match pattern',
    'ok 3 - a listener of its own comes first',
    '    ok 1 - (unnamed test)',
    'ok 4 - a test that ends before what it has begun',
    '    ok 1 - (unnamed test)',
    'ok 5 - the test after it',
    'not ok 6 - of a test that has ended',
  ])
  t.equal(stderr, '')
  t.strictSame(await ended, [1, null])
})
