/** nginx in tests: one of the test's own, in the foreground, before a server of the test's. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { debianTool } from './debian-tool.ts'

/**
 * Starts it, and gives its URL as soon as it listens; it ends with the test.
 *
 * @param folder where its files go
 * @param http what its configuration says inside of `http`, with `listen 80` for its port
 */
export async function startNginx(t: Test, folder: string, http: string): Promise<string> {
  const nginx = debianTool('nginx', 'nginx-light')
  const port = await freePort()
  const path = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  // Its worker writes large bodies into the folder, which is its starter's alone.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  writeFileSync(
    path,
    `${user} daemon off; worker_processes 1; error_log stderr notice; pid ${join(folder, 'pid')};
events {}
http { access_log off; ${temporary}
${http.replace('listen 80;', `listen 127.0.0.1:${port};`)}
}
`,
  )
  const child = spawn(nginx, ['-p', folder, '-c', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  // Told below, where it is waited for.
  ended.catch(() => {})
  t.teardown(async () => {
    child.kill()
    await ended
  })
  let said = ''
  const stderr = child.stderr.setEncoding('utf8')
  const listening = (async () => {
    for await (const text of stderr) {
      said += text
      if (said.includes('start worker process ')) break
    }
    stderr.resume()
    if (!said.includes('start worker process ')) throw new Error(`nginx did not start:\n${said}`)
  })()
  await listening
  return `http://127.0.0.1:${port}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
