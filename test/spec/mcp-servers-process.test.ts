/** Servers of a daemon that is a process of its own: it is killed, and it is under Node's permissions. */

import t from 'tap'
import { startProcess } from '../support/command-process.ts'
import { eventually } from '../support/eventually.ts'
import { fixtureServer, isAlive, valueFrom } from '../support/mcp.ts'
import { serve } from '../support/running-command.ts'

const env = {
  LATCHD_MCP_SERVERS: JSON.stringify({
    tame: { ...fixtureServer(), command: 'node' },
    stubborn: fixtureServer('stubborn'),
  }),
  LATCHD_ALLOW: 'none',
  PATH: `${process.execPath.replace(/\/[^/]+$/, '')}:/usr/bin:/bin`,
}
const daemon = await serve(startProcess, t, [], { env })

t.test(
  "under Node's permissions a configured server may be started, and the log says so",
  async t => {
    t.strictSame(await valueFrom(daemon, `[tame.echo('a'), tame.environment()]`), ['Echo: a', {}])
    await daemon.seen('stderr', /"childFor":\["mcpServers"\].*may start processes/)
  },
)

t.test(
  'a server that heeds nothing ends with its daemon also after SIGKILL, with all it has started',
  async t => {
    const pids: { server: number; child: number }[] = await valueFrom(
      daemon,
      '[tame.pids(), stubborn.pids()]',
    )
    const all = pids.flatMap(({ server, child }) => [server, child])
    t.ok(all.every(isAlive))
    daemon.signal('SIGKILL' as never)
    await daemon.ended
    await eventually(
      async () => all.filter(isAlive),
      left => left.length === 0,
    )
  },
)
