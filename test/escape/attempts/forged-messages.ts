/** What a program that is out of the engine says in the name of its worker. */

import { LOOKING, SLOT_BYTES, UP, UP_AT } from '../../../protocol/latch.ts'

const call = { kind: 'call', callNumber: 1, tool: 0, input: '[1]', isBlocking: false, atMs: 0 }

/** Messages in the name of a worker, as its thread posts them. */
export const forgedMessages: readonly (readonly [what: string, message: unknown])[] = [
  ['a call of a tool that it was not given', { ...call, tool: 999 }],
  ['a call of a tool before the first', { ...call, tool: -1 }],
  ['a call of a tool with a name', { ...call, tool: '__proto__' }],
  ['a call without a number', { ...call, callNumber: undefined }],
  ['a call with a number of a hostile kind', { ...call, callNumber: { a: 1 } }],
  ['a call with arguments that are no text', { ...call, input: 5 }],
  ['a call with arguments that nobody can read', { ...call, input: '[{"a":99}' }],
  ['a call with arguments of an unknown type', { ...call, input: '[["Function","process"]]' }],
  ['a call with a reference to nothing', { ...call, input: '[{"a":7}]' }],
  ['a call with a key __proto__', { ...call, input: '[{"__proto__":1},{"polluted":2},true]' }],
  ['a message of an unknown kind', { kind: 'constructor' }],
  ['a message without a kind', {}],
  ['a message that is a text', 'call'],
  ['a message that is null', null],
  ['an item of a stream that nobody opened', { kind: 'next-item', callNumber: 1, stream: 77 }],
  ['an end of a stream that nobody opened', { kind: 'close-stream', callNumber: 1, stream: 77 }],
  [
    'a stream opened again that was never there',
    { kind: 'reopen-stream', callNumber: 1, tool: 50, input: '[]' },
  ],
  ['a timer of a hostile length', { kind: 'start-timer', callNumber: 1, delayMs: 'x', atMs: {} }],
  ['a timer that nobody set', { kind: 'clear-timer', callNumber: 12 }],
  ['lines that are no list', { kind: 'logs', lines: 5 }],
  ['a line without a text', { kind: 'logs', lines: [{}] }],
  ['a call that repeats its number', [call, call]],
  ['a call that stands in an array', [[call]]],
  ['a call of a tool with half a number', { ...call, tool: 0.5 }],
  ['a call of a tool that is not a number', { ...call, tool: Number.NaN }],
  ['a call in the future', { ...call, atMs: 1e300 }],
  ['a call with arguments nested 100 000 deep', { ...call, input: '['.repeat(1e5) }],
  ['a call with arguments of 2 MB', { ...call, input: `["${'x'.repeat(2e6)}"]` }],
  [
    'a thousand calls at once',
    Array.from({ length: 1000 }, (_, i) => ({ ...call, callNumber: i + 10 })),
  ],
  [
    'a line with a control character',
    { kind: 'logs', lines: [{ level: 'log', text: '\n<0>x', atMs: 0 }] },
  ],
  [
    'a program that is another one',
    { kind: 'compiled', program: { code: 'process.exit()', map: '' } },
  ],
  ['a program that is no program', { kind: 'compiled', program: 5 }],
]

/** Parts of the report that a worker ends with, in place of the honest ones. */
export const forgedReports: readonly (readonly [what: string, report: unknown])[] = [
  ['no outcome', { outcome: undefined }],
  ['an outcome of an unknown status', { outcome: { status: 'promoted' } }],
  [
    'an output that is no JSON',
    {
      outcome: {
        status: 'completed',
        isFinalAnswer: false,
        output: { json: '{', text: '', exact: true },
      },
    },
  ],
  [
    'an output without a text',
    { outcome: { status: 'completed', isFinalAnswer: false, output: {} } },
  ],
  ['an error without a code', { outcome: { status: 'failed', error: {} } }],
  ['an error of a hostile kind', { outcome: { status: 'failed', error: 5 } }],
  ['a stop that nobody asked for', { outcome: { status: 'stopped' } }],
  ['a halt that nobody asked for', { outcome: { status: 'halted', request: 'call echo' } }],
  ['a session that was sent and is said not to be there', { outcome: { status: 'not-held' } }],
  [
    'a divergence',
    { outcome: { status: 'diverged', error: { code: 'NONDETERMINISM', name: 'N', message: 'm' } } },
  ],
  ['logs that are no list', { logs: 5 }],
  ['times that are no numbers', { cpuMs: 'x', waitMs: null }],
  [
    'an output of 2 MB',
    {
      outcome: {
        status: 'completed',
        isFinalAnswer: false,
        output: { json: `"${'x'.repeat(2e6)}"`, text: '', exact: true },
      },
    },
  ],
  [
    'an output with a key __proto__',
    {
      outcome: {
        status: 'completed',
        isFinalAnswer: false,
        output: { json: '{"__proto__":{"polluted":1}}', text: '', exact: true },
      },
    },
  ],
  [
    'an error with a code of the host',
    { outcome: { status: 'failed', error: { code: 'CRASH_LOOP', name: 'N', message: 'm' } } },
  ],
  ['a park that waits for nothing', { outcome: { status: 'parked', received: 1e9 } }],
  ['a snapshot without a session', { snapshot: 'AAAA' }],
]

/** Code of parts of a report that structured clone lets through and nobody downstream could take. */
export const hostileReports: readonly (readonly [what: string, code: string])[] = [
  ['a line that is a big integer', `{ logs: [{ level: 'log', text: 5n, atMs: 0 }] }`],
  ['a line that is null', '{ logs: [null] }'],
  ['a line whose text is an object', `{ logs: [{ level: 'log', text: { a: 1 }, atMs: 0 }] }`],
  [
    'a line that holds itself',
    `{ logs: [(() => { const c = { level: 'log', text: 'x', atMs: 0 }; c.me = c; return c })()] }`,
  ],
  [
    '300 000 lines',
    `{ logs: Array.from({ length: 3e5 }, () => ({ level: 'log', text: '', atMs: 0 })) }`,
  ],
  ['4 MB of lines', `{ logs: [{ level: 'log', text: 'x'.repeat(4e6), atMs: 0 }] }`],
  ['times without an end', '{ cpuMs: NaN, waitMs: -1e308, peakMemoryBytes: Infinity }'],
  ['CPU that it gives back', '{ cpuMs: -1e308 }'],
  ['CPU that is a big integer', '{ cpuMs: 5n }'],
  [
    'an output 20 000 deep',
    `{ outcome: { status: 'completed', isFinalAnswer: false, output: { json: '['.repeat(20000) + ']'.repeat(20000), text: '', exact: true } } }`,
  ],
  [
    'a text of 20 MB about its output',
    `{ outcome: { status: 'completed', isFinalAnswer: false, output: { json: '1', text: 'x'.repeat(2e7), exact: true } } }`,
  ],
  [
    'an output of hostile kinds',
    `{ outcome: { status: 'completed', isFinalAnswer: {}, output: { json: '{}', text: 5, exact: 7n } } }`,
  ],
  [
    'an error whose name is a big integer',
    `{ outcome: { status: 'failed', error: { code: 'GUEST_ERROR', name: 5n, message: {} } } }`,
  ],
  [
    'an error that holds itself',
    `{ outcome: { status: 'failed', error: (() => { const e = { code: 'GUEST_ERROR', name: 'E', message: 'm' }; e.e = e; return e })() } }`,
  ],
  [
    'an error with a message of 10 MB',
    `{ outcome: { status: 'failed', error: { code: 'GUEST_ERROR', name: 'E', message: 'm'.repeat(1e7) } } }`,
  ],
  ['a park before its beginning', `{ outcome: { status: 'parked', received: -1 } }`],
  ['a divergence without a reason', `{ outcome: { status: 'diverged', error: 5n } }`],
  ['100 MB of a session that it has not', '{ snapshot: new Uint8Array(1e8) }'],
  ['a snapshot that it still writes to', '{ snapshot: new Uint8Array(new SharedArrayBuffer(64)) }'],
]

/** Code that posts frames which no worker posts, on the lane of its thread. */
export const forgedFrames: readonly (readonly [what: string, code: string])[] = [
  ['nothing', 'task.port.postMessage(undefined)'],
  ['null', 'task.port.postMessage(null)'],
  ['a number', 'task.port.postMessage(5)'],
  ['an empty text', "task.port.postMessage('')"],
  ['a kind alone', "task.port.postMessage('m')"],
  ['a serial without a message', "task.port.postMessage('m' + task.serial)"],
  ['a serial without a report', "task.port.postMessage('r' + task.serial)"],
  ['a kind that there is not', "task.port.postMessage('x' + task.serial + ' {}')"],
  ['a kind of the host', "task.port.postMessage('t' + task.serial + ' {}\\n1')"],
  ['a message that is no JSON', "task.port.postMessage('m' + task.serial + ' {')"],
  ['a message that is a report', "task.port.postMessage('m' + task.serial + ' {\"outcome\":{}}')"],
  [
    'a text nested 60 000 deep',
    "task.port.postMessage('m' + task.serial + ' ' + '['.repeat(60000) + ']'.repeat(60000))",
  ],
  ['a text of 8 MB', "task.port.postMessage('m' + task.serial + ' \"' + 'x'.repeat(8e6) + '\"')"],
  ['a failure without a reason', "task.port.postMessage('f' + task.serial)"],
  [
    'a failure of hostile kinds',
    "task.port.postMessage({ tag: 'f', serial: task.serial, value: { toString: 5 } })",
  ],
  ['a report of another serial', `task.port.postMessage('r${'0'.repeat(36)} {}')`],
  [
    'a report of a serial that is no text',
    "task.port.postMessage({ tag: 'r', serial: [task.serial], value: {} })",
  ],
  ['two reports', "for (let i = 0; i < 2; i++) say({ outcome: { status: 'stopped' } }, 'r')"],
  [
    'a report and then a call',
    `say({ outcome: { status: 'stopped' } }, 'r'); say(${JSON.stringify(call)})`,
  ],
  [
    'a report and then frames without an end',
    "say({ outcome: { status: 'stopped' } }, 'r'); for (;;) task.port.postMessage(1)",
  ],
  ['frames without an end', 'for (;;) task.port.postMessage(1)'],
  [
    'messages without an end',
    `for (;;) say(${JSON.stringify({ kind: 'clear-timer', callNumber: 1 })})`,
  ],
  [
    'bytes that are no bytes',
    `task.port.postMessage({ tag: 'm', serial: task.serial, value: ${JSON.stringify(call)}, ascii: 'x' })`,
  ],
  [
    'bytes of arguments in shared memory',
    `const ascii = new Uint8Array(new SharedArrayBuffer(64)).fill(0x78); task.port.postMessage({ tag: 'm', serial: task.serial, value: ${JSON.stringify(call)}, ascii })`,
  ],
  [
    'more bytes than arguments may have',
    `task.port.postMessage({ tag: 'm', serial: task.serial, value: ${JSON.stringify(call)}, ascii: new Uint8Array(2 ** 29) })`,
  ],
  [
    'bytes and no message',
    "task.port.postMessage({ tag: 'm', serial: task.serial, ascii: new Uint8Array(8) })",
  ],
  [
    'bytes in a report',
    "task.port.postMessage({ tag: 'r', serial: task.serial, value: {}, ascii: new Uint8Array(8) })",
  ],
  ['an answer to nothing', "task.port.postMessage('a999 {}')"],
  ['an answer to what was answered before', "task.port.postMessage('a1 {}')"],
  ['an answer without a number', "task.port.postMessage('a')"],
  [
    'lengths that no slot has',
    `const words = new Int32Array(task.latch); for (const held of [-1, ${SLOT_BYTES + 1}, 2 ** 31 - 1, -(2 ** 31)]) { words.set([held, 0, held, 0], ${UP}); await null }`,
  ],
  [
    'slots whose turn never comes',
    `new Int32Array(task.latch).set([9, 2 ** 31 - 1, 9, 2 ** 31 - 1], ${UP})`,
  ],
  [
    'a slot that is filled again and again with what changes',
    `const words = new Int32Array(task.latch), bytes = new Uint8Array(task.latch, ${UP_AT}); for (let i = 0; ; i++) { if (words[${UP}] === 0) words.set([${SLOT_BYTES}, 0], ${UP}); bytes[i % ${SLOT_BYTES}] = i }`,
  ],
  [
    'a host that is said to look, and to have posted',
    `new Int32Array(task.latch).set([1, -7], ${LOOKING})`,
  ],
  ['a thousand frames of nothing', 'for (let i = 0; i < 1000; i++) task.port.postMessage({ i })'],
]
