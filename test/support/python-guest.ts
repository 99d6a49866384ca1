/**
 * Runs a program in a guest of its own process so many times, and writes what its memory was at the
 * end of each: `node python-guest.ts TIMES SOURCE`.
 */

import { TAKE_NEXT } from '../../executor/boundary/take-next.ts'
import type { CPythonGuest } from '../../executor/engine/cpython/cpython.ts'
import { openPythonGuests } from '../../executor/engine/cpython/guest-maker.ts'
import { pythonSnapshot } from '../../executor/engine/cpython/image.ts'
import { HostOperation } from '../../executor/guest/host/host-operations.ts'

const [times = '1', source = ''] = process.argv.slice(2)
const snapshot = await pythonSnapshot()
const guests = await openPythonGuests(snapshot)
const guest = (await guests.create()) as CPythonGuest
const hashes = new Set<string>()
const ends = new Set<string>()
const rss: number[] = []

for (let i = 0; i < Number(times); i++) {
  let started = 0
  let answered = 0
  let nowMs = 1_750_000_000_000
  const hooks = {
    poll() {},
    now: () => (nowMs += 0.1),
    host: (operation: number, number: number, text: string) => {
      if (operation === HostOperation.call) return `j${number + text.length}`
      if (operation === HostOperation.callConcurrently) return ++started
      if (operation === TAKE_NEXT) return `${++answered} j${answered}`
      if (operation === HostOperation.returned || operation === HostOperation.threw) ends.add(text)
      return 0
    },
  }
  const tools = JSON.stringify([['num', 'num', null]])
  guest.begin(hooks, 64 * 1024 * 1024, tools, JSON.stringify({ seed: [1, 2, 3, 4] }))
  guest.evaluate(source)
  // A hash takes ten times what a short program does.
  if (i < 3) hashes.add(guest.memoryHash())
  if (!guest.rewind()) throw new Error('the guest is not rewound')
  if (i % 50 === 0) rss.push(process.memoryUsage.rss())
}
process.stdout.write(
  JSON.stringify({ hashes: [...hashes], ends: [...ends], isWhole: guest.isWhole(), rss }),
)
process.exit(0)
