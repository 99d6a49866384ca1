import { execFileSync } from 'node:child_process'
import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { toolFree, withTools } from './corpus.ts'
import { pythonExecutor } from './python-executor.ts'

const tools = {
  fetch_url: { description: 'Fetches', inputSchema: one('url'), execute: fetchUrl },
  human_approval: { description: 'Asks', inputSchema: one('action'), execute: approve },
  boom: async () => {
    throw new Error('kaputt')
  },
}

function one(name: string) {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] } as const
}
async function fetchUrl({ url }: { url: string }) {
  return JSON.stringify({ login: 'octo', url })
}
async function approve({ action }: { action: string }) {
  return `approved: ${action}`
}

const folder = testFolder(t)
const { run } = pythonExecutor(t, { tools: tools as never })

/** What the machine's own Python gives for all programs: the oracle, where there is one. */
const HARNESS = `
import sys, json, io, contextlib
class Final(BaseException): pass
def final_answer(value=None):
    raise Final(value)
def plain(part):
    return sorted(part) if isinstance(part, set) else str(part)
results = {}
for name, source in json.load(sys.stdin).items():
    output, written = None, io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(io.StringIO()):
        module = type(sys)("__main__")
        module.final_answer = final_answer
        sys.modules["__main__"] = module
        try: exec(compile(source, "program", "exec"), module.__dict__)
        except Final as end: output = end.args[0]
    results[name] = {"output": output, "logs": written.getvalue()}
print(json.dumps(results, default=plain))
`

interface Expected {
  readonly output: unknown
  readonly logs: string
}

function oracle(programs: Readonly<Record<string, string>>): Record<string, Expected> {
  const input = JSON.stringify(programs)
  const options = { input, encoding: 'utf8', cwd: folder } as const
  return JSON.parse(execFileSync('python3', ['-c', HARNESS], options))
}

function hasPython(): boolean {
  try {
    return /^Python 3\.(1[1-9]|[2-9]\d)/.test(execFileSync('python3', ['-V'], { encoding: 'utf8' }))
  } catch {
    // Reported by the test.
    return false
  }
}

t.test("programs without tools give what the machine's CPython gives", async t => {
  if (!hasPython()) {
    t.comment('needs Python 3.11 or newer: apt-get install python3')
    return
  }
  const expected = oracle(toolFree)
  for (const [name, source] of Object.entries(toolFree)) {
    const { output, error, outcome } = await run(source)
    t.equal(error, undefined, name)
    t.strictSame(JSON.parse(JSON.stringify(output ?? null, sets)), expected[name]?.output, name)
    const written = outcome.logs
      .filter(({ level }) => level === 'log')
      .map(({ text }) => `${text}\n`)
    t.equal(written.join(''), expected[name]?.logs, name)
  }
})

/** The form in which the oracle writes what JSON has not. */
function sets(_: string, value: unknown): unknown {
  if (value instanceof Set) return [...value].sort()
  if (value instanceof Map) return Object.fromEntries(value)
  return typeof value === 'bigint' ? Number(value) : value
}

t.test("programs of the origin's systems run as they are", async t => {
  const expected: Record<string, unknown> = {
    p1_await: "User data: {'login': 'octo', 'url': 'https://api.github.com/user'}",
    p1_await_import: "User data: {'login': 'octo', 'url': 'https://api.github.com/user'}",
    p2_sync: 'approved: delete file',
    gather: 3,
    gather_tasks: ['octo0', 'octo1', 'octo2'],
    gather_exc: ['str', 'ToolError'],
    tool_in_loop: { a: 'octo', b: 'octo' },
    tool_in_lambda: [2, 2, 2],
    tool_error: 'caught kaputt',
  }
  for (const [name, source] of Object.entries(withTools)) {
    const { output, outcome } = await run(source)
    t.strictSame(output, expected[name], name)
    t.match(outcome, { status: 'completed', isFinalAnswer: true }, name)
  }
})
