/** A program that is out of the engine and does not let go of its worker loses it when its time is over. */

import t from 'tap'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { intrudedExecutor } from '../support/intruder.ts'
import { exceeded, failure, unharmed } from '../support/one-worker.ts'
import { holds } from './attempts/holds.ts'

const limits = { wallMs: 500 }

for (const isolation of isolationLevels) {
  t.test(`each that does not let go (${isolation})`, async t => {
    const executor = intrudedExecutor(t, isolation, holds.length)
    // So that they begin before their time is over.
    await unharmed(t, executor)
    // All at once, since each takes its time.
    const ended = holds.map(([, act]) =>
      executor.execute({
        source: `//intruder
          const words = new Int32Array(task.latch), none = new Int32Array(new SharedArrayBuffer(4))
          for (;;) { ${act}; Atomics.wait(none, 0, 0, 10) }`,
        limits,
      }),
    )
    for (const [i, outcome] of (await Promise.all(ended)).entries()) {
      t.strictSame(failure(outcome), exceeded('wallMs'), `one that ${holds[i]?.[0]}`)
    }
    await Promise.all(holds.map(() => unharmed(t, executor)))
  })
}
