/**
 * A process that uses a store until it is killed, for `test/spec/store.test.ts`.
 *
 * Arguments: the state folder, and what to do. One line of JSON tells each thing that was
 * acknowledged, as soon as it was.
 */

import { argv, env } from 'node:process'
import { readFailpoints } from '../../daemon/store/failpoints.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { Store } from '../../daemon/store/store.ts'
import { approval, CREATED_MS, completed, delivery, parking, submission } from './store-samples.ts'

const [, , stateDir = '', task = 'hold'] = argv

function tell(what: object): void {
  console.log(JSON.stringify(what))
}

/** Every kind of write, again and again, each execution on its own. */
async function work(store: Store, worker: number): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `e${worker}-${i}`
    await store.submit(submission(id))
    tell({ submitted: id })
    await store.append(id, 1, { records: [delivery(1)] })
    await store.park(id, 1, parking({ approvals: [approval(id, `a-${id}`)] }))
    tell({ parked: id })
    await store.decide(`a-${id}`, { status: 'approved', decidedAtMs: CREATED_MS })
    tell({ decided: id })
    await store.take(id)
    await store.finish(id, 2, completed(id, { records: [delivery(2)] }))
    tell({ finished: id })
  }
}

/** Submits until the disk is full, then makes room and submits once more. */
async function fill(store: Store): Promise<void> {
  const isFull = (error: { code?: unknown }) => {
    if (error.code !== 'STORE_FULL') throw error
    return true
  }
  let kept = 0
  const source = () => `${kept} ${'x'.repeat(20_000)}`
  const submit = () => store.submit(submission(`e${kept}`, { source: source() }))
  while (!(await submit().then(() => false, isFull))) kept++
  const readable = (
    await store.list({ owner: undefined, status: undefined, after: undefined, limit: 1000 })
  ).length
  const { rmSync } = await import('node:fs')
  rmSync(`${stateDir}/ballast`)
  const again = await submit()
  tell({ kept: kept > 5, areAllReadable: readable === kept, again, problems: await store.verify() })
}

try {
  const onLost = (error: Error) => {
    tell({ lost: error.message })
    process.exit(1)
  }
  const store = await openSqliteStore({ stateDir, onLost, failpoints: readFailpoints(env) })
  tell({ opened: true })
  if (task === 'work') await Promise.all([1, 2, 3].map(worker => work(store, worker)))
  if (task === 'fill') await fill(store)
  if (task === 'hold') setInterval(() => {}, 60_000)
  else await store.close()
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  tell({ refused: code, message })
}
