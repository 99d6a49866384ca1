/**
 * What a machine has and programs here have not: each way to it raises what CPython raises where a
 * platform lacks it. A program can catch that, and its error has its line and says what to use.
 */

import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const { run } = pythonExecutor(t)

const process = /start no processes: use a tool/
const network = /Use a tool to reach the network/
const thread = /asyncio.gather or ThreadPoolExecutor/
const end = /final_answer\(value\) or sys.exit/
const signal = /asyncio.wait_for/
const debug = /print\(value\)/
const keyboard = /ask_human/

/** An expression that fails, its exception, and what the hint says. */
const attempts: readonly (readonly [expression: string, error: string, hint?: RegExp])[] = [
  ['os.system("ls")', 'OSError', process],
  ['os.popen("ls").read()', 'OSError', process],
  ['os.fork()', 'OSError', process],
  ['os.execv("/bin/ls", ["ls"])', 'OSError', process],
  ['os.execvp("ls", ["ls"])', 'OSError', process],
  ['os.spawnlp(os.P_WAIT, "ls", "ls")', 'OSError', process],
  ['os.posix_spawn("/bin/ls", ["ls"], {})', 'AttributeError', process],
  ['os.waitpid(-1, 0)', 'OSError', process],
  ['os.pipe()', 'OSError', process],
  ['os.kill(1, 9)', 'PermissionError', process],
  ['os.kill(os.getpid(), 9)', 'OSError', end],
  ['os.killpg(os.getpid(), 15)', 'OSError', end],
  ['os._exit(3)', 'OSError', end],
  ['posix._exit(3)', 'OSError', end],
  ['os.abort()', 'OSError', end],
  ['subprocess.run(["ls"])', 'OSError', process],
  ['subprocess.check_output("ls", shell=True)', 'OSError', process],
  ['subprocess.Popen(["ls"])', 'OSError', process],
  ['await asyncio.create_subprocess_shell("ls")', 'NotImplementedError', process],
  ['await asyncio.create_subprocess_exec("ls")', 'NotImplementedError', process],
  ['__import__("multiprocessing")', 'ModuleNotFoundError', /asyncio.gather/],
  ['concurrent.futures.ProcessPoolExecutor()', 'ModuleNotFoundError', /asyncio.gather/],
  ['await asyncio.open_connection("example.org", 80)', 'gaierror', network],
  ['await asyncio.open_connection("127.0.0.1", 80)', 'OSError', network],
  ['await asyncio.start_server(print, "127.0.0.1", 80)', 'OSError', network],
  ['socket.socket()', 'OSError', network],
  ['socket.create_connection(("example.org", 80))', 'gaierror', network],
  ['socket.gethostbyname("example.org")', 'gaierror', network],
  ['socket.gethostbyname_ex("example.org")', 'gaierror', network],
  ['socket.gethostbyaddr("127.0.0.1")', 'gaierror', network],
  ['socket.getaddrinfo("example.org", 80)', 'gaierror', network],
  ['urllib.request.urlopen("http://example.org")', 'URLError', network],
  ['urllib.request.urlopen("https://example.org")', 'URLError', network],
  ['http.client.HTTPConnection("example.org").request("GET", "/")', 'gaierror', network],
  ['http.client.HTTPSConnection("example.org")', 'AttributeError', network],
  ['smtplib.SMTP("example.org")', 'gaierror', network],
  ['__import__("ssl")', 'ModuleNotFoundError', network],
  ['threading.Thread(target=print).start()', 'RuntimeError', thread],
  ['threading.Timer(1, print).start()', 'RuntimeError', thread],
  ['_thread.start_new_thread(print, ())', 'RuntimeError', thread],
  ['threading.Event().wait()', 'RuntimeError', thread],
  ['queue.Queue().get()', 'RuntimeError', thread],
  ['concurrent.futures.Future().result()', 'RuntimeError', thread],
  ['signal.alarm(1)', 'AttributeError', signal],
  ['signal.setitimer(0, 1)', 'AttributeError', signal],
  ['signal.pause()', 'OSError', signal],
  ['signal.raise_signal(signal.SIGTERM)', 'OSError', end],
  ['asyncio.new_event_loop().add_signal_handler(2, print)', 'NotImplementedError'],
  ['__import__("ctypes")', 'ModuleNotFoundError', /no native code/],
  ['__import__("webbrowser")', 'ModuleNotFoundError', /no browser/],
  ['input("name?")', 'EOFError', keyboard],
  ['getpass.getpass()', 'EOFError', keyboard],
  ['breakpoint()', 'RuntimeError', debug],
  ['pdb.set_trace()', 'SystemExit', debug],
  ['os.symlink("/tmp/a", "/tmp/b")', 'OSError'],
  ['os.statvfs("/")', 'OSError'],
  ['select.select([0], [], [], 0)', 'OSError'],
  ['sys.exit("no")', 'SystemExit'],
  ['(lambda: sys.exit(4))()', 'SystemExit'],
]

/** The modules that an expression names. */
function importsOf(expression: string): string {
  const names = expression.matchAll(/\b_?[a-z]+(?:\.(?:request|client|futures))?(?=\.)/g)
  const known = [...new Set([...names].map(([name]) => name))].filter(
    name => name !== 'example' && !name.startsWith('await'),
  )
  return ['asyncio', ...known].map(name => `import ${name}\n`).join('')
}

for (const [expression, name, hint] of attempts) {
  t.test(`what is absent fails with its line and a hint: ${expression}`, async t => {
    const imports = importsOf(expression)
    const { outcome } = await run(`${imports}x = 1\nvalue = ${expression}`)
    const line = imports.split('\n').length + 1
    t.match(outcome, { status: 'failed', error: { code: 'GUEST_ERROR', name, line } })
    const { error } = outcome as { error: { hint?: string } }
    t.match(error.hint ?? '', hint ?? /^/)
  })
}

t.test('a program can catch all of it, and goes on', async t => {
  const sources = attempts.map(
    ([expression], index) =>
      `${importsOf(expression)}try:\n    value = ${expression}\nexcept BaseException as error:\n    seen.append([${index}, type(error).__name__])`,
  )
  const { output, error } = await run(`seen = []\n${sources.join('\n')}\nseen`)
  t.equal(error, undefined)
  t.strictSame(
    output,
    attempts.map(([, name], index) => [index, name]),
  )
})

t.test('a signal to itself calls what the program has set for it', async t => {
  const { output } = await run(`import os, signal
seen = []
signal.signal(signal.SIGTERM, lambda number, frame: seen.append((number, frame.f_code.co_name)))
signal.raise_signal(signal.SIGTERM)
os.kill(os.getpid(), signal.SIGTERM)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    seen.append("interrupted")
seen`)
  t.strictSame(output, [[15, '<module>'], [15, '_kill'], 'interrupted'])
})

t.test('modules of the library that only name what is absent can be used', async t => {
  const { output, error } =
    await run(`import doctest, logging.handlers, socket, subprocess, unittest
import urllib.request, http.client
def double(x):
    """
    >>> double(2)
    4
    """
    return 2 * x
request = urllib.request.Request("https://example.org/x?y=1", headers={"Accept": "*/*"})
[doctest.testmod().attempted, request.host, http.client.responses[404], socket.AF_INET]`)
  t.equal(error, undefined)
  t.strictSame(output, [1, 'example.org', 'Not Found', 2])
})

t.test('a wait for what no other thread can do ends', async t => {
  const { output } = await run(`import queue, threading
lock = threading.Lock()
lock.acquire()
try:
    queue.Queue().get(timeout=1)
except queue.Empty:
    pass
[lock.acquire(timeout=1), threading.Event().wait(1)]`)
  t.strictSame(output, [false, false])
})
