/**
 * From one machine to three, as the README of the deployment says: its commands, with processes,
 * Debian's PostgreSQL and Debian's nginx. The files for containers are held against rules; no image is
 * built here, and no cluster is started.
 */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { settings } from '../../daemon/config/settings.ts'
import { get, post } from '../support/daemon.ts'
import { startNginx } from '../support/nginx.ts'
import { PostgresServer } from '../support/postgres.ts'
import { cleanEnv } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

t.setTimeout(120_000)

const root = resolve(import.meta.dirname, '../..')
const file = (name: string) => readFileSync(join(root, 'docs/deployment', name), 'utf8')
const guide = file('README.md')
/** The block of the guide with this word behind `sh`. */
function block(word: string): string {
  const [, text] = new RegExp(`^\`\`\`sh ${word}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(guide) ?? []
  if (text === undefined) throw new Error(`the guide has no block ${word}`)
  return text
}

/** A folder in which the guide's commands run, with `latchd` on the path. */
function ground(t: Test) {
  const cwd = stateFolder(t)
  mkdirSync(join(cwd, 'bin'))
  writeFileSync(
    join(cwd, 'bin/latchd'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/latchd.mjs')}' "$@"\n`,
    { mode: 0o755 },
  )
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'))
  const env = {
    ...cleanEnv(),
    PATH: `${cwd}/bin:${process.env.PATH}`,
    LATCHD_WORKERS: '1',
    LATCHD_DRAIN_MS: '200',
    LATCHD_LOG_LEVEL: 'warn',
  }
  return { cwd, env }
}
type Ground = ReturnType<typeof ground>

/** Starts a daemon by a line of the guide, on a free port if none is given; it ends with the test. */
async function serve(t: Test, { cwd, env }: Ground, line: string, more: object = {}, port = '0') {
  const command = `exec env ${line.replace(/--port \d+/, `--port ${port}`)}`
  const child = spawn('sh', ['-c', command], { cwd, env: { ...env, ...more } })
  const ended = once(child, 'exit')
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    await ended
  }
  t.teardown(() => stop('SIGKILL'))
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', text => said.push(text))
  for await (const text of createInterface({ input: child.stdout })) {
    const [, url] = /^latchd listening on (\S+)/.exec(text) ?? []
    if (url !== undefined) return { url, stop }
  }
  throw new Error(`${line} ended: ${said.join('\n')}`)
}

t.test('the steps from one machine to three', async t => {
  const server = await new PostgresServer().start()
  t.teardown(() => server.close())
  const databaseUrl = await server.database('latchd')
  const here = ground(t)
  const one = await serve(t, here, block('one').trim())
  const submit = (url: string, source: string) =>
    post(`${url}/v1/executions`, { source }, { 'idempotency-key': source })
  const { executionId } = (await submit(one.url, 'human_approval("Move?"); 6 * 7')).body
  const read = async (url: string, id = executionId, waitMs = 30_000) =>
    (await get(`${url}/v1/executions/${id}?waitMs=${waitMs}`)).body
  const { waitingFor } = await read(one.url)
  await one.stop()

  const [exported = '', copies = ''] = block('copy').trim().split('\n')
  t.match(exported, /^export LATCHD_DATABASE_URL=postgres:\/\//)
  const database = { LATCHD_DATABASE_URL: databaseUrl }
  const { stdout } = await promisify(execFile)('sh', ['-c', copies], {
    cwd: here.cwd,
    env: { ...here.env, ...database },
  })
  t.match(stdout, /^execution: 1 rows, the same$/m)

  const lines = block('three').trim().split('\n')
  const daemons = await Promise.all(lines.map(line => serve(t, here, line, database)))
  let configuration = file('nginx.conf')
  for (const [i, name] of ['one', 'two', 'three'].entries()) {
    const { host } = new URL((daemons[i] as (typeof daemons)[0]).url)
    configuration = configuration.replace(`server ${name}:7070`, `server ${host}`)
  }
  const folder = join(here.cwd, 'nginx')
  mkdirSync(folder)
  const url = await startNginx(t, folder, configuration)

  const look = block('look').trim().replace('http://127.0.0.1:7070', url)
  const { stdout: table } = await promisify(execFile)('sh', ['-c', look], here)
  for (const name of ['one', 'two', 'three']) t.match(table, new RegExp(`^${name} `, 'm'))

  // The person decides at whichever daemon the balancer picks.
  await post(`${url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  t.match(await read(url), { status: 'completed', output: { value: 42 } })
  // An upgrade: each daemon stops and starts, while clients go on.
  for (const [i, line] of lines.entries()) {
    const source = `for (let i = 0; i < 40; i++) sleep(20); ${i}`
    const { body, status } = await submit(url, source)
    t.equal(status, 202)
    const daemon = daemons[i] as (typeof daemons)[0]
    await daemon.stop()
    t.match(await read(url, body.executionId), { status: 'completed', output: { value: i } })
    const again = await serve(t, here, line, database, new URL(daemon.url).port)
    t.match(await read(again.url, body.executionId), { status: 'completed' })
  }
})

t.test('the image is made without root, from what is there, and tells its health', async t => {
  const lines = file('Containerfile').replace(/\\\n/g, ' ').split('\n')
  const words = lines.filter(line => /^[A-Z]/.test(line)).map(line => line.split(/\s+/))
  const of = (instruction: string) => words.filter(([first]) => first === instruction)
  for (const [, image = ''] of of('FROM')) {
    t.match(image, /^docker\.io\/library\/debian:\d+-slim$/, 'from Debian, of one release')
  }
  t.equal(of('FROM').length, 2, 'what builds stays behind')
  t.strictSame(of('USER').at(-1), ['USER', '10001:10001'], 'a number, so that it can be checked')
  const last = lines.findLastIndex(line => line.startsWith('FROM'))
  t.ok(lines.findIndex(line => line.startsWith('USER')) > last)
  for (const [, ...paths] of of('COPY')) {
    if (paths[0]?.startsWith('--from=')) continue
    for (const path of paths.slice(0, -1)) t.ok(existsSync(join(root, path)), `${path} is there`)
  }
  t.match(of('HEALTHCHECK').flat().join(' '), /\/readyz/)
  t.match(lines.join('\n'), /^VOLUME \/var\/lib\/latchd$/m)
  t.notOk(of('ADD').length, 'nothing from the network but by a package manager')
  t.notMatch(lines.join('\n'), /TOKENS=|DATABASE_URL=|--force|curl .*\| *sh/)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['pg', 'aws4fetch']) {
    t.match(lines.join('\n'), `${name}@${devDependencies[name]}`, 'the version that is tested')
  }
})

// biome-ignore lint/suspicious/noExplicitAny: a document of another program
type Yaml = any

/** Names of variables that latchd reads. */
const known = new Set(Object.values(settings).map(({ env }) => env))

t.test('the Compose file has three daemons that nobody reaches but the balancer', async t => {
  const compose: Yaml = parse(file('compose.yaml'), { merge: true })
  const { services, secrets, volumes } = compose
  const daemons = ['one', 'two', 'three'].map(name => services[name])
  for (const daemon of daemons) {
    t.match(daemon, { read_only: true, cap_drop: ['ALL'], image: 'latchd:local' })
    t.notOk(daemon.ports, 'only the balancer has a port')
    t.strictSame(daemon.depends_on, { postgres: { condition: 'service_healthy' } })
    t.ok(Number.parseInt(daemon.stop_grace_period, 10) * 1000 > daemon.environment.LATCHD_DRAIN_MS)
    for (const name of Object.keys(daemon.environment)) t.ok(known.has(name), name)
    for (const secret of daemon.secrets) t.ok(secrets[secret], secret)
    for (const volume of daemon.volumes) t.ok(volume.split(':')[0] in volumes, volume)
  }
  const names = daemons.map(({ environment }) => environment.LATCHD_NODE_NAME)
  t.strictSame(names, ['one', 'two', 'three'])
  for (const name of names) t.match(file('nginx.conf'), `server ${name}:7070 `)
  t.notMatch(JSON.stringify(services), /POSTGRES_PASSWORD"|:latest"/)
  for (const [, path] of services.balancer.volumes.map((volume: string) =>
    /^(\S+?):/.exec(volume),
  )) {
    t.ok(existsSync(join(root, 'docs/deployment', path)), path)
  }
  // What the guide writes before.
  for (const { file: path } of Object.values<Yaml>(secrets)) {
    t.match(block('containers'), `> ${path.replace('./', '')}\n`)
  }
})

t.test('the Kubernetes manifests drain, probe, and let nobody in but whom they name', async t => {
  const documents = parseAllDocuments(file('kubernetes.yaml'))
  for (const { errors } of documents) t.strictSame(errors, [])
  const objects = new Map<string, Yaml>(
    documents.map(document => {
      const object = document.toJS()
      return [object.kind, object]
    }),
  )
  const kinds = ['Secret', 'Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']
  t.strictSame([...objects.keys()], kinds)
  const { spec } = objects.get('Deployment')
  const pod = spec.template.spec
  const [container] = pod.containers
  t.match(pod.securityContext, { runAsNonRoot: true, runAsUser: 10001 })
  t.match(container.securityContext, {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  })
  t.match(container.readinessProbe.httpGet, { path: '/readyz', port: 'http' })
  t.match(container.startupProbe.httpGet, { path: '/readyz', port: 'http' })
  t.match(container.livenessProbe.httpGet, { path: '/healthz', port: 'http' })
  const variables = new Map<string, string>(container.env.map((one: Yaml) => [one.name, one.value]))
  for (const name of [...variables.keys(), ...Object.keys(objects.get('Secret').stringData)]) {
    t.ok(known.has(name) || name === 'POD_IP', name)
  }
  const { host } = { host: container.readinessProbe.httpGet.httpHeaders[0].value }
  t.ok(variables.get('LATCHD_HOSTS')?.split(',').includes(host), 'probes ask for a known name')
  const stopMs = 1000 * Number(container.lifecycle.preStop.exec.command[1])
  const drainMs = Number(variables.get('LATCHD_DRAIN_MS'))
  t.ok(pod.terminationGracePeriodSeconds * 1000 > stopMs + drainMs)
  const mounts = container.volumeMounts.map(({ name }: Yaml) => name)
  t.strictSame(
    mounts,
    pod.volumes.map(({ name }: Yaml) => name),
  )
  const { labels } = spec.template.metadata
  for (const kind of ['PodDisruptionBudget', 'Deployment']) {
    t.strictSame(objects.get(kind).spec.selector.matchLabels, labels)
  }
  t.strictSame(objects.get('Service').spec.selector, labels)
  t.strictSame(objects.get('NetworkPolicy').spec.policyTypes, ['Ingress', 'Egress'])
  t.ok(objects.get('PodDisruptionBudget').spec.maxUnavailable < spec.replicas)
})
