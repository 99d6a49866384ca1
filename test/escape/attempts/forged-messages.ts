/** What a program that is out of the engine says in the name of its worker. */

const call = { kind: 'call', id: 1, tool: 0, input: '[1]', isBlocking: false, atMs: 0 }

/** Messages in the name of a worker, as its thread posts them. */
export const forgedMessages: readonly (readonly [what: string, message: unknown])[] = [
  ['a call of a tool that it was not given', { ...call, tool: 999 }],
  ['a call of a tool before the first', { ...call, tool: -1 }],
  ['a call of a tool with a name', { ...call, tool: '__proto__' }],
  ['a call without a number', { ...call, id: undefined }],
  ['a call with a number of a hostile kind', { ...call, id: { a: 1 } }],
  ['a call with arguments that are no text', { ...call, input: 5 }],
  ['a call with arguments that nobody can read', { ...call, input: '[{"a":99}' }],
  ['a call with arguments of an unknown type', { ...call, input: '[["Function","process"]]' }],
  ['a call with a reference to nothing', { ...call, input: '[{"a":7}]' }],
  ['a call with a key __proto__', { ...call, input: '[{"__proto__":1},{"polluted":2},true]' }],
  ['a message of an unknown kind', { kind: 'constructor' }],
  ['a message without a kind', {}],
  ['a message that is a text', 'call'],
  ['a message that is null', null],
  ['an item of a stream that nobody opened', { kind: 'next-item', id: 1, stream: 77 }],
  ['an end of a stream that nobody opened', { kind: 'close-stream', id: 1, stream: 77 }],
  [
    'a stream opened again that was never there',
    { kind: 'reopen-stream', id: 1, tool: 50, input: '[]' },
  ],
  ['a timer of a hostile length', { kind: 'start-timer', id: 1, delayMs: 'x', atMs: {} }],
  ['a timer that nobody set', { kind: 'clear-timer', id: 12 }],
  ['lines that are no list', { kind: 'logs', lines: 5 }],
  ['a line without a text', { kind: 'logs', lines: [{}] }],
  ['a call that repeats its number', [call, call]],
  ['a call that stands in an array', [[call]]],
  ['a call of a tool with half a number', { ...call, tool: 0.5 }],
  ['a call of a tool that is not a number', { ...call, tool: Number.NaN }],
  ['a call in the future', { ...call, atMs: 1e300 }],
  ['a call with arguments nested 100 000 deep', { ...call, input: '['.repeat(1e5) }],
  ['a call with arguments of 2 MB', { ...call, input: `["${'x'.repeat(2e6)}"]` }],
  ['a thousand calls at once', Array.from({ length: 1000 }, (_, id) => ({ ...call, id: id + 10 }))],
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
