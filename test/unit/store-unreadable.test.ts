/** Values that no message to the store's thread can carry. */

import t from 'tap'
import { ThreadClient } from '../../daemon/store/sqlite/thread-client.ts'
import { stateFolder } from '../support/state-folder.ts'

t.test(
  'a value that the thread cannot take fails its operation, and the store goes on',
  async t => {
    const client = new ThreadClient(stateFolder(t), undefined, error => t.fail(error.message))
    await client.open()
    t.teardown(() => client.close())
    for (const depth of [3000, 4500, 50_000]) {
      let deep: unknown = 1
      for (let i = 0; i < depth; i++) deep = { deep }
      const asked = client.ask('get', deep as never)
      const other = client.ask('get', 'exe_none')
      await asked.then(
        () => t.fail('what is no id is not found'),
        error => t.ok(error.code, error.message),
      )
      t.equal(await other, undefined, 'what was asked for together is answered')
    }
  },
)
