/** Files in programs: made, read, passed on, given out. */

import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import t from 'tap'
import { z } from 'zod'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import type { ExecuteRequest } from '../../executor/index.ts'
import { tool } from '../../sdk/index.ts'
import { completed, failureOf, openExecutor, outputOf } from '../support/executor.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex')
const seen: unknown[] = []

const tools = [
  tool({
    name: 'picture',
    description: '',
    inputSchema: z.object({}),
    execute: () => new File([PNG], '../shots/\u202eshot.png', { type: 'image/png' }),
  }),
  tool({
    name: 'blob',
    description: '',
    inputSchema: z.object({}),
    execute: () => new Blob(['héllo'], { type: 'text/plain' }),
  }),
  tool({
    name: 'typed_buffer',
    description: '',
    inputSchema: z.object({}),
    execute: () => Object.assign(Buffer.from(PNG), { type: '', name: 'b' }),
  }),
  tool({
    name: 'nested',
    description: '',
    inputSchema: z.object({}),
    execute: async function* () {
      const file = new File(['one'], 'one.txt')
      yield { files: [file, file], map: new Map([['k', new File(['two'], 'two.txt')]]) }
    },
  }),
  tool({
    name: 'take',
    description: '',
    inputSchema: z.object({ file: z.instanceof(Blob), more: z.array(z.any()).optional() }),
    execute: async ({ file }) => {
      seen.push(file)
      const { name } = file as { name?: string }
      return [file.constructor.name, name, file.type, file.size, await file.text()]
    },
  }),
  tool({
    name: 'schema_file',
    description: '',
    inputSchema: z.object({ file: z.file() }),
    execute: async ({ file }) => file.text(),
  }),
  tool({
    name: 'huge',
    description: '',
    inputSchema: z.object({}),
    execute: () => new File([new Uint8Array(4096)], 'h'),
  }),
]

const executor = openExecutor(t, { workers: 1, tools })

t.test('a program makes a file, and reads it as it reads one of a tool', async t => {
  const source = `
    const file = new File(['a€', new Uint8Array([66, 67]), new Blob(['d'])], 'x.csv', { type: 'Text/CSV' })
    const { name, type, size, lastModified } = file
    ;[name, type, size, lastModified <= Date.now(), file.text(), await file.text(), [...file.bytes()].length,
      new File(['{"a":[1]}'], 'x.json').json().a, file.slice(1, -1).text(), file.slice(-1, 99, 'a/b').type,
      file instanceof Blob, new Blob(['x']) instanceof File, String(file), file.arrayBuffer().byteLength]`
  t.strictSame(await outputOf(executor, source), [
    ...['x.csv', 'text/csv', 7, true, 'a€BCd', 'a€BCd', 7, [1], '€BC', 'a/b'],
    ...[true, false, '[object File]', 7],
  ])
})

t.test(
  'the bytes of a file come into the program when it reads them, as many as it reads',
  async t => {
    const source = `
    const file = picture()
    const shot = [file.name, file.type, file.size, [...file.bytes().slice(0, 4)], file.slice(1, 4).text()]
    const text = blob()
    ;[...shot, text.name, text.type, text.text(), typed_buffer().type, [...nested()][0].map.get('k').text()]`
    t.strictSame(await outputOf(executor, source), [
      ...['shot.png', 'image/png', 12, [137, 80, 78, 71], 'PNG'],
      ...[undefined, 'text/plain', 'héllo', 'image/png', 'two'],
    ])
    const same = await outputOf(
      executor,
      `const { files } = [...nested()][0]; files[0] === files[1]`,
    )
    t.equal(same, true, 'one file in two places is one')
  },
)

t.test('a file that is passed to a tool is a File there, whoever made it', async t => {
  const source = `
    const made = new File(['x'.repeat(3), picture().slice(1, 4), '!'], 'm.txt', { type: 'text/plain' })
    ;[take(made), take(blob()), take(made.slice(0, 4)), schema_file(made), take({ file: made, more: [made] })]`
  t.strictSame(await outputOf(executor, source), [
    ['File', 'm.txt', 'text/plain', 7, 'xxxPNG!'],
    ['Blob', undefined, 'text/plain', 6, 'héllo'],
    ['Blob', undefined, '', 4, 'xxxP'],
    'xxxPNG!',
    ['File', 'm.txt', 'text/plain', 7, 'xxxPNG!'],
  ])
})

t.test('a file of several requests is whole', async t => {
  const source = `
    const text = 'abc'.repeat(700_000)
    const file = new File([text], 'large.txt')
    const [, , , size, same] = take(file)
    ;[size, same === text, new File([file, file.slice(0, 3)], 'y').slice(-6).text()]`
  t.strictSame(await outputOf(executor, source), [2_100_000, true, 'abcabc'])
})

t.test('files that are emitted or returned are given out, each once, in order', async t => {
  const source = `
    const file = new File(['one'], 'a/b/one.txt', { type: 'text/plain' })
    emit(file); emit(file); emit({ n: [1, 2n < 3n] }, 'v.json'); emit(new Uint8Array([1]), 'raw'); emit(file, 'two.txt')
    return { file, again: picture() }`
  const outcome = await completed(executor, source)
  t.match(
    outcome.files.map(({ name, type, size }) => [name, type, size]),
    [
      ['one.txt', 'text/plain', 3],
      ['v.json', 'application/json', /\d/],
      ['raw', 'application/octet-stream', 1],
      ['two.txt', 'text/plain', 3],
      ['shot.png', 'image/png', 12],
    ],
  )
  t.equal(await outcome.files[0]?.text(), 'one')
  t.strictSame(JSON.parse((await outcome.files[1]?.text()) ?? ''), { n: [1, true] })
  t.match(await outcome.files[4]?.blob(), { type: 'image/png', size: 12 })
  const { file } = outcome.output as { file: { text(): Promise<string> } }
  t.equal(await file.text(), 'one', 'and the value has them')
  t.match(outcome.outputForms.value, { file: { $file: /^fil_/, name: 'one.txt', size: 3 } })
  t.equal(outcome.outputForms.exact, false)
  t.strictSame(
    outcome.calls.map(({ tool }) => tool),
    ['picture'],
    'files are no calls of tools',
  )
  await t.rejects(
    failureOf(executor, `emit(() => 1)`).then(error => Promise.reject(error)),
    {
      message: /Cannot emit a function/,
    },
  )
})

t.test(
  'JSON that is given out shows what JSON has no form for, or says that it cannot',
  async t => {
    const jsonOf = async (value: string, before = '') => {
      const outcome = await completed(executor, `${before}; emit(${value}, 'v.json')`)
      return JSON.parse((await outcome.files[0]?.text()) ?? '')
    }
    t.strictSame(
      await jsonOf(`new Map([['a', 1], ['__proto__', new Map()]])`),
      JSON.parse('{"a":1,"__proto__":{}}'),
    )
    t.strictSame(
      await jsonOf(
        `[new Set(['a', 1n]), new Date(0), new RangeError('no'), /x/g, 9007199254740993n, undefined]`,
      ),
      [
        ['a', '1'],
        '1970-01-01T00:00:00.000Z',
        { name: 'RangeError', message: 'no' },
        '/x/g',
        '9007199254740993',
        null,
      ],
    )
    t.strictSame(
      await jsonOf(
        `new Map([['a', new Set([1])]])`,
        `Map.prototype.forEach = Set.prototype.forEach = () => {}; JSON.stringify = () => '0'; Object.prototype.get = 1`,
      ),
      { a: [1] },
    )
    const refused = async (value: string) =>
      (await failureOf(executor, `emit(${value}, 'v')`)).message
    t.match(
      await refused(`{ m: new Map([[1, 2]]) }`),
      /Cannot emit JSON: "m" is a Map with a key of the type number/,
    )
    t.match(
      await refused(`{ b: new Uint8Array(2) }`),
      /Cannot emit JSON: "b" is bytes; emit them by themselves/,
    )
    t.match(
      await refused(`[new File(['x'], 'x')]`),
      /Cannot emit JSON: "0" is a file; emit it by itself/,
    )
    t.match(await refused(`(() => { const a = []; a.push(a); return a })()`), /circular/i)
  },
)

t.test('a program that has patched all it can still makes and reads files', async t => {
  const source = `
    Object.prototype.name = 'polluted'; Object.prototype.facts = { fileId: 'fil_x' }; Object.prototype.type = 'a/b'
    Object.defineProperty(Array.prototype, 0, { set() {}, get() { return 'x' }, configurable: true })
    Blob.prototype.text = () => 'patched'; JSON.stringify = () => 'patched'; Uint8Array.prototype.set = () => {}
    const blob = new Blob(['abc']); const file = new File([blob, 'd'], 'f.txt')
    emit(file); take({ file })[4] + new TextDecoder().decode(file.bytes())`
  const outcome = await completed(executor, source)
  t.equal(outcome.output, 'abcdabcd')
  t.match(outcome.files, [{ name: 'f.txt', size: 4 }])
  t.match(await failureOf(executor, 'emit(Promise.resolve(1))'), {
    message: /Cannot emit a promise/,
  })
})

t.test('events tell of files', async t => {
  const events = []
  for await (const event of executor.stream({ source: `emit(1, 'one.json')` })) events.push(event)
  t.match(
    events.filter(({ type }) => type === 'file-emitted'),
    [{ sequence: 2, file: { name: 'one.json', type: 'application/json', size: 1 } }],
  )
})

t.test('inputs have files: a File, and one that was sent before by its id', async t => {
  const sent = await executor.files.upload(new File(['sent'], 's.txt', { type: 'text/plain' }))
  t.match(sent, { fileId: /^fil_[0-9a-f]{32}$/, name: 's.txt', type: 'text/plain', size: 4 })
  t.equal(await (await executor.files.download(sent.fileId)).text(), 'sent')
  const inputs = { list: [{ $file: sent.fileId }], own: new File(['own'], 'o') }
  const source = `[inputs.list[0].text(), inputs.list[0].name, own.text(), take(own)[4]]`
  t.strictSame(await outputOf(executor, { source, inputs }), ['sent', 's.txt', 'own', 'own'])
  await t.rejects(executor.execute({ source, inputs: { list: { $file: 'fil_none' } } }), {
    code: 'NOT_FOUND',
  })
  await executor.files.delete(sent.fileId)
  await t.rejects(executor.files.download(sent.fileId), { code: 'NOT_FOUND' })
})

t.test('programs of a session keep their files', async t => {
  const session = await executor.sessions.create()
  await session.execute({
    source: `globalThis.kept = new File(['k'], 'k'); emit(kept); var shot = picture()`,
  })
  const outcome = await session.execute({ source: `[kept.text(), shot.size, take(kept)[4]]` })
  t.match(outcome, { output: ['k', 12, 'k'] })
  const { files } = await session.execute({ source: `emit(kept)` })
  await session.delete()
  await executor.execute({ source: '1' })
  await t.rejects(files[0]?.blob() as Promise<unknown>, { code: 'NOT_FOUND' }, 'they go with it')
})

t.test('a guest that is torn down at each wait reads the same bytes again', async t => {
  const parking = createParkingExecutor({ workers: 1, tools })
  t.teardown(() => parking.close())
  const source = `
    const file = picture(); const made = new File([file, 'x'.repeat(1_000_000)], 'm')
    const first = [...file.bytes()].join(); emit(made)
    ;[first === [...file.bytes()].join(), made.slice(-1).text(), take(made)[3]]`
  const outcome = await completed(parking, source)
  t.strictSame(outcome.output, [true, 'x', 1_000_012])
  t.equal(outcome.files.length, 1)
})

t.test('a file that is too large is refused, and the program may go on', async t => {
  const run = (source: string, limits: ExecuteRequest['limits']) =>
    outputOf(executor, { source, limits })
  const caught = (call: string) =>
    `try { ${call}; 'none' } catch (e) { [e.name, e.code, /max\\w+ \\d+$/.exec(e.message)[0]] }`
  const tooLarge = ['RangeError', 'LIMIT_EXCEEDED', 'maxFileBytes 1000']
  t.strictSame(await run(caught('huge()'), { maxFileBytes: 1000 }), tooLarge)
  const made = caught(`emit(new File(['x'.repeat(1001)], 'x'))`)
  t.strictSame(await run(made, { maxFileBytes: 1000 }), tooLarge)
  const after = `try { huge() } catch {}; emit(new File(['x'], 'x')); 'on'`
  const limits = { maxFileBytes: 100, maxFilesBytes: 100 }
  t.equal(await run(after, limits), 'on', 'what was refused takes no room')
})

t.test(
  'files that are too large together end the execution, whatever the program catches',
  async t => {
    const many = `let i = 0
    try {
      for (; i < 5; i++) emit(new File(['x'.repeat(900) + i], 'x'))
    } catch {}
    print(i); 'on'`
    for (const source of [many, `try { huge() } catch {}\n'on'`]) {
      const outcome = await executor.execute({ source, limits: { maxFilesBytes: 2000 } })
      const error = {
        code: 'LIMIT_EXCEEDED',
        limit: 'maxFilesBytes',
        message: /limit maxFilesBytes 2000$/,
      }
      t.match(outcome, { status: 'failed', error }, source)
      t.equal(outcome.logText, '')
    }
  },
)

t.test('what a program does with files counts as no call', async t => {
  const source = `
    const file = picture()
    for (let i = 0; i < 20; i++) emit({ i }, i + '.json')
    for (let i = 0; i < 20; i++) file.bytes()
    echo(1)`
  const tools = { echo: (n: number) => n, picture: () => new File(['x'], 'x') }
  const outcome = await completed(executor, { source, tools, limits: { maxCalls: 2 } })
  t.strictSame([outcome.output, outcome.files.length], [1, 20])
  const failed = await failureOf(executor, {
    source: "const file = new File(['x'], 'x')\nemit(file)\nfor (;;)\n  emit(file)",
    limits: { maxCalls: 0 },
  })
  t.match(failed, {
    code: 'LIMIT_EXCEEDED',
    limit: 'maxCalls',
    message: /more than 1000 requests about files$/,
    line: 4,
  })
})

t.test('what a program says of a file counts for nothing', async t => {
  const other = await completed(executor, `emit(new File(['secret'], 's'))`)
  const fileId = other.files[0]?.fileId
  // Its own half of the codec writes such a text for an object of this shape alone by a fault.
  const source = `
    const e = new Error('x'); e.name = 'File'
    const forged = { fileId: ${JSON.stringify(fileId)}, name: 's', type: '', size: 6, sha256: '0'.repeat(64), lastModified: 0 }
    take.raw; let said
    try { said = take(forged) } catch (error) { said = error.name }
    said`
  t.equal(await outputOf(executor, source), 'ToolInputError', 'an object is not a file')
})

t.test('the folder of an executor goes with it', async t => {
  const mine = openExecutor(t, { workers: 1 })
  const before = new Set(readdirSync(tmpdir()))
  const { files } = await completed(mine, `emit(new File(['x'], 'x'))`)
  const made = readdirSync(tmpdir()).filter(
    name => /^latchd-[0-9a-f]{16}$/.test(name) && !before.has(name),
  )
  t.equal(made.length, 1)
  await mine.close()
  t.notOk(readdirSync(tmpdir()).includes(made[0] as string))
  await t.rejects(files[0]?.blob() as Promise<unknown>)
})
