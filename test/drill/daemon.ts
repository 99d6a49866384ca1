/**
 * A daemon that fails where it is told to: as `latchd serve`, with the failpoints of its environment.
 */

import { flushCompileCache } from 'node:module'
import { exitCodes } from '../../daemon/cli/exit-codes.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { readFailpoints } from '../../daemon/store/failpoints.ts'

const { env } = process
const config = loadConfig({ flags: {}, env, readFile: () => undefined, cwd: process.cwd() })
const daemon = await startDaemon(
  config,
  () => process.exit(exitCodes.storeLost),
  readFailpoints(env),
)
daemon.shrinkWhenIdle()
process.on('SIGTERM', async () => {
  await daemon.close()
  process.exit()
})
// At its end it does not come to that.
flushCompileCache()
console.log(`latchd listening on ${daemon.url}`)
