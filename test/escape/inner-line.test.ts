/**
 * The inner line: a program that is already out of the engine, in the realm of its worker thread.
 * What it reaches there is what docs/threat-model.md says, at each level.
 */

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { isolationLevels } from '../../protocol/isolation.ts'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { unharmed } from '../support/one-worker.ts'

/** Every way to a module of Node that a realm without `import` declarations has. */
const load = (name: string) => `
const ways = [
  () => import(${JSON.stringify(name)}),
  () => (0, eval)('import(' + ${JSON.stringify(JSON.stringify(name))} + ')'),
  () => Function('return import(' + ${JSON.stringify(JSON.stringify(name))} + ')')(),
  () => process.getBuiltinModule(${JSON.stringify(name)}),
  () => process.binding(${JSON.stringify(name.slice(5))}),
  () => process._linkedBinding(${JSON.stringify(name.slice(5))}),
  () => process.mainModule.require(${JSON.stringify(name)}),
  () => globalThis.require(${JSON.stringify(name)}),
  () => globalThis.module.constructor._load(${JSON.stringify(name)}),
  () => import('data:text/javascript,export * from ' + ${JSON.stringify(JSON.stringify(name))}),
]
const got = []
for (const [i, way] of ways.entries()) try { if (await way()) got.push(i) } catch {}
return got`

const secret = join(tmpdir(), `latchd-secret-${process.pid}`)
const made = join(tmpdir(), `latchd-made-${process.pid}`)
writeFileSync(secret, 'KEY=secret')
t.teardown(() => rmSync(secret))
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.end()
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
t.teardown(() => server.close())
const { port } = server.address() as AddressInfo

for (const isolation of isolationLevels) {
  const executor = intrudedExecutor(t, isolation)
  for (const name of [
    'node:fs',
    'node:net',
    'node:dgram',
    'node:http',
    'node:child_process',
    'node:worker_threads',
    'node:cluster',
    'node:inspector',
    'node:sqlite',
    'node:wasi',
    'node:vm',
    'node:v8',
    'node:os',
    'node:module',
    'node:process',
    'node:repl',
    'node:test',
  ]) {
    t.test(`an escaped program gets no ${name} (${isolation})`, async t => {
      t.strictSame(await intrude(executor, load(name)), [])
      await unharmed(t, executor)
    })
  }

  t.test(`an escaped program sends nothing over the network (${isolation})`, async t => {
    const code = `const got = []
      for (const name of ['fetch', 'WebSocket', 'EventSource', 'WebSocketStream', 'XMLHttpRequest', 'BroadcastChannel', 'Worker'])
        if (typeof globalThis[name] === 'function') got.push(name)
      try { await fetch('http://127.0.0.1:${port}/out') } catch {}
      return got`
    t.strictSame(await intrude(executor, code), [])
    t.strictSame(asked, [])
    await unharmed(t, executor)
  })

  t.test(`an escaped program finds no environment (${isolation})`, async t => {
    t.strictSame(await intrude(executor, 'return Object.keys(process.env)'), [])
    await unharmed(t, executor)
  })

  t.test(`an escaped program signals no process (${isolation})`, async t => {
    const code = `const got = []
      for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd', 'abort', 'reallyExit', 'setuid', 'chdir'])
        try { process[name](name === 'abort' || name === 'reallyExit' ? undefined : ${process.pid}, 0); got.push(name) } catch {}
      return got`
    // Both end the thread of the caller alone, and are not called to the end here.
    const calls = code.replace(`'abort', 'reallyExit', `, '')
    t.strictSame(await intrude(executor, calls), [])
    await unharmed(t, executor)
  })

  t.test(`an escaped program has Node read and write no file for it (${isolation})`, async t => {
    const code = `const got = []
      try { process.loadEnvFile(${JSON.stringify(secret)}); got.push(process.env.KEY) } catch {}
      try { process.report.writeReport(${JSON.stringify(made)}); got.push('report') } catch {}
      try { process.dlopen({ exports: {} }, ${JSON.stringify(secret)}); got.push('native') } catch {}
      try { process.execve('/bin/true'); got.push('execve') } catch {}
      try { localStorage.setItem('a', 'b'); got.push('storage') } catch {}
      return got`
    t.strictSame(await intrude(executor, code), [])
    t.notOk(existsSync(made))
    await unharmed(t, executor)
  })

  t.test(
    `an escaped program that ends its thread loses only its own execution (${isolation})`,
    async t => {
      const outcome = await executor.execute({ source: '//intruder\nprocess.exit(1)' })
      t.match(outcome, { status: 'failed', error: { code: 'ENGINE_FAILURE' } })
      await unharmed(t, executor)
    },
  )

  t.test(
    `an escaped program that fills its thread loses only its own execution (${isolation})`,
    async t => {
      const source = `//intruder\nprocess.emit('uncaughtException', new Error('x')); throw new Error('x')`
      const { output } = await executor.execute({ source })
      t.equal(output, 'threw x')
      await unharmed(t, executor)
    },
  )
}

t.test('the ways to Node are ways where nothing is sealed', async t => {
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const ways = (await AsyncFunction(load('node:fs'))()) as number[]
  t.ok(ways.length > 0)
})

t.test('a worker of a process has no permission left', async t => {
  const executor = intrudedExecutor(t, 'process')
  const code = `return ['fs.read', 'fs.write', 'net', 'child', 'worker', 'wasi', 'addon', 'inspector'].map(scope => process.permission.has(scope))`
  t.strictSame(await intrude(executor, code), Array(8).fill(false))
})

t.test('a worker in an app without permissions has none to give up', async t => {
  const executor = intrudedExecutor(t, 'thread')
  t.equal(await intrude(executor, 'return typeof process.permission'), 'undefined')
})
