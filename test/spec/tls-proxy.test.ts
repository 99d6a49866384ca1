/** The files of the page on proxies, in front of a daemon: TLS, waits, event streams, WebSockets, addresses. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Agent, fetch as send, WebSocket } from 'undici'
import { z } from 'zod'
import { Latchd, type LatchdOptions, tool } from '../../sdk/index.ts'
import { startProcess } from '../support/command-process.ts'
import { serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

const NAME = 'latchd.example.com'
const SECRET = 'a-secret-of-some-length'
const page = readFileSync(new URL('../../docs/proxy.md', import.meta.url), 'utf8')

/** The text of the page's block in a language. */
function block(language: string): string {
  const text = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1]
  if (text === undefined) throw new Error(`The page has no block of ${language}`)
  return text
}

const isThere = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

/** A certificate of our own for the name, and where it lies. */
function certificate(folder: string) {
  const [key, pem] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${NAME}`
  const names = ['-addext', `subjectAltName=DNS:${NAME}`]
  execFileSync('openssl', [...request.split(' '), ...names, '-keyout', key, '-out', pem], {
    stdio: 'ignore',
  })
  return { key, pem }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

/** What makes a configuration that begins a proxy out of the page's block. */
interface Proxy {
  readonly command: string
  readonly args: (folder: string) => readonly string[]
  readonly files: (place: ProxyPlace) => Readonly<Record<string, string>>
}

interface ProxyPlace {
  readonly folder: string
  readonly port: number
  readonly upstream: string
  readonly key: string
  readonly pem: string
}

const nginx: Proxy = {
  command: 'nginx',
  args: folder => ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
  files: ({ folder, port, upstream, key, pem }) => {
    const site = block('nginx')
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replace(/\/etc\/ssl\/latchd\S*(?=;)/, pem)
      .replace(/\/etc\/ssl\/private\/latchd\S*(?=;)/, key)
      .replace('127.0.0.1:7070', upstream)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      name => `${name}_temp_path ${join(folder, name)};`,
    )
    const http = `http { access_log off; ${temporary.join(' ')}\n${site}}`
    const main = `daemon off; pid ${join(folder, 'pid')}; error_log stderr; worker_processes 1;`
    return { 'nginx.conf': `${main}\nevents {}\n${http}\n` }
  },
}

const caddy: Proxy = {
  command: 'caddy',
  args: folder => ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
  files: ({ port, upstream, key, pem }) => ({
    Caddyfile: `{\n\tadmin off\n\tauto_https off\n}\n${block('caddy')
      .replace(NAME, `https://${NAME}:${port}`)
      .replace('127.0.0.1:7070', upstream)
      .replace('{\n', `{\n\ttls ${pem} ${key}\n`)}`,
  }),
}

/** Starts the proxy before a daemon; gives a client that goes through it. */
async function behind(t: Test, proxy: Proxy) {
  const folder = stateFolder(t)
  const env = {
    LATCHD_TOKENS: `ann:${SECRET}`,
    LATCHD_HOSTS: NAME,
    LATCHD_TRUSTED_PROXIES: '127.0.0.1',
  }
  const daemon = await serve(startProcess, t, [], { env })
  const { key, pem } = certificate(folder)
  const port = await freePort()
  const place = { folder, port, key, pem, upstream: new URL(daemon.url).host }
  for (const [name, text] of Object.entries(proxy.files(place))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const child = spawn(proxy.command, proxy.args(folder), {
    stdio: 'ignore',
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const connect = {
    ca: readFileSync(pem),
    lookup: (_name: string, _options: object, found: (...answer: unknown[]) => void) =>
      found(null, [{ address: '127.0.0.1', family: 4 }]),
  }
  const dispatcher = new Agent({ connect: connect as never })
  t.teardown(() => dispatcher.close())
  const options: LatchdOptions = {
    url: `https://${NAME}:${port}`,
    token: SECRET,
    fetch: (url, init) => send(url, { ...init, dispatcher } as never) as never,
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, { protocols, dispatcher })
      }
    } as never,
  }
  // It listens when it answers.
  while (
    (await options.fetch?.(`${options.url}/readyz`, {}).catch(() => undefined))?.status !== 200
  );
  return { options, daemon }
}

for (const proxy of [nginx, caddy]) {
  const skip = isThere(proxy.command) && isThere('openssl') ? false : `no ${proxy.command} here`
  t.test(`${proxy.command} with the file of the page`, { skip }, async t => {
    const { options, daemon } = await behind(t, proxy)
    const latchd = new Latchd(options)
    const triple = tool({
      name: 'triple',
      description: 'Three times a number.',
      inputSchema: z.object({ value: z.number() }),
      execute: async ({ value }) => 3 * value,
    })
    const outcome = await latchd.execute({ source: 'triple(14)', tools: [triple] })
    t.equal(outcome.status === 'completed' && outcome.output, 42, 'a tool of the client')

    const types: string[] = []
    for await (const { type } of latchd.stream({ source: 'print(1); sleep(20); print(2)' })) {
      types.push(type)
    }
    t.ok(types.includes('log-written') && types.at(-1) === 'execution-ended', 'events')

    const page = { origin: options.url as string }
    const own = await options.fetch?.(`${options.url}/v1/info`, {
      headers: { ...page, authorization: `Bearer ${SECRET}` },
    })
    t.equal(own?.status, 200, 'a page of the name that the proxy was asked for')
    const foreign = await options.fetch?.(`${options.url}/v1/info`, {
      headers: { origin: 'https://attacker.example', authorization: `Bearer ${SECRET}` },
    })
    t.equal(foreign?.status, 403)
    await latchd.close()
    daemon.signal('SIGTERM')
    const { stderr } = await daemon.ended
    t.match(stderr, /"audit":"token-used","by":"ann","address":"127\.0\.0\.1"/)
  })
}
