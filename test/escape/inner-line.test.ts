/**
 * The inner line: what a program reaches that is out of the engine is what docs/threat-model.md says, at
 * each level.
 */

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createLocalServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { unharmed } from '../support/one-worker.ts'
import { intrusions, loading, modules } from './attempts/inner-line.ts'

const secret = join(tmpdir(), `latchd-secret-${process.pid}`)
const made = join(tmpdir(), `latchd-made-${process.pid}`)
const socket = join(tmpdir(), `latchd-socket-${process.pid}`)
writeFileSync(secret, 'KEY=secret')
t.teardown(() => rmSync(secret))
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.end()
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
t.teardown(() => server.close())
const local = createLocalServer(one => {
  asked.push('the local socket')
  one.destroy()
})
await new Promise<void>(resolve => local.listen(socket, resolve))
t.teardown(() => local.close())
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/out`
const all = intrusions({ secret, made, url, socket, pid: process.pid })

for (const isolation of isolationLevels) {
  const executor = intrudedExecutor(t, isolation)
  for (const name of modules) {
    t.test(`an escaped program gets no ${name} (${isolation})`, async t => {
      t.strictSame(await intrude(executor, loading(name)), [])
      await unharmed(t, executor)
    })
  }

  for (const { name, code } of all) {
    t.test(`an escaped program ${name} (${isolation})`, async t => {
      t.strictSame(await intrude(executor, code), [])
      t.strictSame([asked, existsSync(made)], [[], false])
      await unharmed(t, executor)
    })
  }

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
  const ways = (await AsyncFunction(loading('node:fs'))()) as number[]
  t.ok(ways.length > 0)
})

t.test('what is looked for is there where nothing is sealed', async t => {
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  // The others would act on the process of the test.
  const harmless = ['finds no environment', "writes nothing into the daemon's log"]
  for (const { name, code } of all.filter(({ name }) => harmless.includes(name))) {
    const found = (await AsyncFunction(code)()) as unknown[]
    t.ok(found.length > 0, name)
  }
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
