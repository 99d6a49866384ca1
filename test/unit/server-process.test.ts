/** Processes of MCP servers that cannot be ended as a whole. */

import t from 'tap'
import { startServerProcess } from '../../daemon/mcp/client/server-process.ts'

const shell = (script: string) =>
  startServerProcess(
    { kind: 'stdio', command: '/bin/sh', args: ['-c', script], env: {}, cwd: '/' } as never,
    '/usr/bin:/bin',
  )

t.test('a child that has left the group and holds the output open holds up nobody', async t => {
  const server = await shell('setsid sleep 600 & echo $! >&2; exec cat')
  const [pid] = (await server.stderr.take(1).toArray()) as [Buffer]
  t.teardown(() => process.kill(Number(pid), 'SIGKILL'))
  await server.stop()
  t.ok(server.stdout.destroyed)
})

t.test('a group that may not be signalled harms nobody', async t => {
  const server = await shell('exec cat')
  const kill = process.kill
  let refused = 0
  t.teardown(() => {
    process.kill = kill
  })
  process.kill = (pid, name) => {
    if (pid >= 0) return kill(pid, name)
    refused++
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
  }
  await server.stop()
  t.equal(await server.ended, 'it ended with exit code 0')
  t.equal(refused, 1)
})
