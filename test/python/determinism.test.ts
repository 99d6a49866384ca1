/** A program with one seed does the same whenever it runs: its trace and its memory are the same. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const script = fileURLToPath(new URL('../support/python-guest.ts', import.meta.url))

async function guest(times: number, source: string) {
  // The interpreter needs more of V8's stack than a main thread has.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--stack-size=3900', script, String(times)]
  const { stdout } = await promisify(execFile)('env', [...args, source], { maxBuffer: 1e7 })
  return JSON.parse(stdout) as { hashes: string[]; ends: string[]; isWhole: boolean; rss: number[] }
}

const source = `import random, uuid, os, time, datetime, json, hashlib, re, collections
seen = [random.random(), str(uuid.uuid4()), os.urandom(8).hex(), time.time(), str(datetime.datetime.now())]
names = {f"name {i}" for i in range(100)}
counted = collections.Counter(str(names))
with open("/tmp/x", "w") as file:
    file.write(json.dumps(seen))
seen.append(os.stat("/tmp/x"))
async def one(i):
    await asyncio.sleep(0)
    return num(i)
values = asyncio.run(asyncio.gather(*[one(i) for i in range(5)]))
[seen, hashlib.sha256(str(counted).encode()).hexdigest(), values, re.findall("a", str(names)), id(seen)]`

const times = Number(process.env.TEST_RESETS ?? 120)

t.test('two processes with one seed end with the same memory, bit by bit', async t => {
  const [first, second] = await Promise.all([guest(times, source), guest(1, source)])
  t.equal(first.ends.length, 1)
  t.match(first.ends[0], /^x\d+:d\[/)
  t.strictSame(second.ends, first.ends)
  t.equal(first.hashes.length, 1, 'the same after each rewind')
  t.strictSame(second.hashes, first.hashes)
  t.equal(first.isWhole, true, 'a rewound guest is the image')
  const [, early = 0] = first.rss
  const late = first.rss.at(-1) ?? 0
  t.ok(
    late < early * 1.3 + 20e6,
    `memory is flat: ${early} to ${late} bytes after ${times} programs`,
  )
})
