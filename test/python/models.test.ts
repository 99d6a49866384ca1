/** What models are told about Python programs, and agents that write them. */

import { execFileSync } from 'node:child_process'
import t from 'tap'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import { pythonStubs } from '../../protocol/tool/python/python-stubs.ts'
import { CodeAgent } from '../../sdk/agents/index.ts'
import { codeTool } from '../../sdk/index.ts'
import { startHere } from '../support/command-here.ts'
import { fixture, get, testDaemon } from '../support/daemon.ts'
import { testFolder } from '../support/test-folder.ts'
import { pythonExecutor } from './python-executor.ts'

const stubs = pythonStubs([
  {
    name: 'fetch_url',
    description: 'Fetches a page.\nOnly text.',
    inputSchema: {
      type: 'object',
      properties: {
        url: { type: 'string', description: 'Where it is' },
        limit: { type: ['integer', 'null'] },
        from: { enum: ['cache', 'web'] },
      },
      required: ['url'],
    },
    outputSchema: { type: 'string' },
  },
  {
    name: 'find-users',
    description: 'Finds users',
    inputSchema: { type: 'object', properties: {} },
    outputSchema: {
      type: 'array',
      items: { $ref: '#/$defs/User' },
      $defs: {
        User: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            age: { type: 'integer', description: 'in years' },
            parent: { $ref: '#/$defs/User' },
            tags: { type: 'array', items: { type: 'string' } },
            scores: { type: 'object', additionalProperties: { type: 'number' } },
          },
          required: ['name'],
        },
      },
    },
  },
  { name: 'anything', description: '' },
])

t.test('tools are declared as functions of Python, with the classes of their values', async t => {
  t.equal(
    stubs,
    `def fetch_url(url: str, limit: int | None = ..., from_: Literal["cache", "web"] = ...) -> str:
    """Fetches a page.

    Only text.
    url: Where it is
    """

class User(TypedDict):
    name: str
    age: NotRequired[int]  # in years
    parent: NotRequired["User"]
    tags: NotRequired[list[str]]
    scores: NotRequired[dict[str, float]]

def find_users() -> list[User]:
    """Finds users"""

def anything(*args) -> Any: ...`,
  )
})

t.test('the declarations are Python', async t => {
  try {
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: stubs,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    t.comment('needs python3: apt-get install python3')
  }
})

t.test('the daemon gives its tools as Python, and says that it runs Python', async t => {
  const { url } = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/approval-tools.ts') })
  const response = await fetch(`${url}/v1/tools?format=python`)
  t.match(await response.text(), /^def transfer\(to: str, amount: float\) -> Any:$/m)
  const { body } = await get(`${url}/v1/info`)
  t.strictSame(body.languages, ['javascript', 'typescript', 'python'])
})

t.test('latchd run takes a file of Python by its name', async t => {
  const folder = testFolder(t, { 'sum.py': 'print("adding")\nsum(range(int(inputs["to"])))' })
  const { ended } = startHere(t, ['run', 'sum.py', '--input', 'to=5'], { cwd: folder })
  const { code, stdout, stderr } = await ended
  t.equal(code, 0, stderr)
  t.match(stdout, /10/)
})

t.test('an agent writes Python', async t => {
  const { executor } = pythonExecutor(t, { tools: { double: async (n: number) => 2 * n } as never })
  const asked: string[] = []
  const replies = [
    'I double it.\n\n```python\nx = double(21)\nprint(f"doubled: {x}")\n```',
    'The variable is still there.\n\n```py\nfinal_answer({"answer": x})\n```',
  ]
  const model = {
    generate: async (request: unknown) => {
      asked.push(JSON.stringify(request))
      return { text: replies[asked.length - 1] ?? '', toolCalls: [] }
    },
  }
  const agent = new CodeAgent({ model: model as never, executor, language: 'python' })
  t.strictSame(await agent.run('Double 21'), { answer: 42 })
  t.match(asked[0], /writing programs in Python/)
  t.match(asked[0], /def double\(\*args\) -> Any/)
  t.notMatch(asked[0], /JavaScript/)
  t.match(asked[1], /doubled: 42/)
})

t.test('a code tool runs Python', async t => {
  const { executor } = pythonExecutor(t, { tools: { double: async (n: number) => 2 * n } as never })
  const tool = codeTool({ executor, language: 'python' })
  t.match(tool.description, /Runs a Python program/)
  t.match(await tool.prompt(), /def double\(\*args\) -> Any/)
  t.match(await tool.run({ source: 'sum(double(i) for i in range(3))' }), {
    status: 'completed',
    output: 6,
  })
})

t.test('a Python program with many tools finds them, and reads their stubs', async t => {
  const many = Object.fromEntries(
    Array.from({ length: 31 }, (_, i) => [
      `tool-${i}`,
      {
        description: i === 7 ? 'Paints a fence. Slowly.' : 'Does nothing',
        inputSchema: {
          type: 'object',
          properties: { from: { type: 'string' } },
          required: ['from'],
        },
        outputSchema: { type: 'boolean' },
        execute: async () => true,
      },
    ]),
  )
  const { executor, run } = pythonExecutor(t, { tools: many as never })
  const found = await run('[one["name"] for one in search_tools("fence")]')
  t.strictSame(found.output, ['tool-7'])
  const { output: stub } = await run('describe_tools("tool-7")')
  t.match(stub, /^def tool_7\(from_: str\) -> bool:\n {4}"""Paints a fence\. Slowly\./)
  const { output: script } = (await executor.execute({
    source: 'describe_tools("tool-7")',
  })) as { output?: unknown }
  t.match(script, /from: string/, 'a program in JavaScript reads declarations')
  const described = Object.entries(many).map(([name, { execute: _, ...tool }]) => ({
    name,
    ...tool,
  }))
  const prompt = describeForPrompt(described as never, 'python')
  t.match(prompt, '`print(describe_tools("name", "another_name"))` gives Python stubs.')
  t.match(prompt, '\n- tool_7: Paints a fence.\n')
  t.match(prompt, /def search_tools\(query: str, /)
  t.notMatch(prompt, /TypeScript|function /)
})
