/** Programs that ask for calls at once: what each gives, and how many calls run at once at most. */
export const shapes: Readonly<Record<string, { source: string; output: unknown; most: number }>> = {
  'gather of a comprehension': {
    source: 'import asyncio\nawait asyncio.gather(*[slow(i) for i in range(10)])',
    output: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    most: 10,
  },
  'gather of calls': {
    source: 'a, b = await asyncio.gather(slow(1), slow(2))\n[a, b]',
    output: [1, 2],
    most: 2,
  },
  'gather of a map': {
    source: 'await asyncio.gather(*map(slow, [1, 2, 3]))',
    output: [1, 2, 3],
    most: 3,
  },
  'a list that is gathered later': {
    source: 'calls = [slow(i) for i in range(3)]\nprint(len(calls))\nawait asyncio.gather(*calls)',
    output: [0, 1, 2],
    most: 3,
  },
  'a list that calls are appended to': {
    source:
      'jobs = []\nfor i in range(3):\n    jobs.append(slow(i))\nresults = await asyncio.gather(*jobs)\nresults',
    output: [0, 1, 2],
    most: 3,
  },
  'names that are awaited later': {
    source: 'a = slow(1)\nb = slow(2)\n[await a, await b]',
    output: [1, 2],
    most: 2,
  },
  'a list that is awaited in a loop': {
    source:
      'jobs = [slow(i) for i in range(3)]\nout = []\nfor job in jobs:\n    out.append(await job)\nout',
    output: [0, 1, 2],
    most: 3,
  },
  'a dict of calls': {
    source:
      'jobs = {k: slow(k) for k in "ab"}\nvalues = await asyncio.gather(*jobs.values())\ndict(zip(jobs, values))',
    output: { a: 'a', b: 'b' },
    most: 2,
  },
  'asynchronous functions': {
    source:
      'async def one(i):\n    return await slow(i)\nasync def main():\n    return await asyncio.gather(*[one(i) for i in range(4)])\nasyncio.run(main())',
    output: [0, 1, 2, 3],
    most: 4,
  },
  'what an asynchronous function returns': {
    source: 'async def one(i):\n    return slow(i)\nawait asyncio.gather(one(1), one(2))',
    output: [1, 2],
    most: 2,
  },
  tasks: {
    source:
      'tasks = [asyncio.create_task(slow(i)) for i in range(3)]\n[await task for task in tasks]',
    output: [0, 1, 2],
    most: 3,
  },
  'a task group': {
    source:
      'async with asyncio.TaskGroup() as group:\n    a = group.create_task(slow(1))\n    b = group.create_task(slow(2))\n[a.result(), b.result()]',
    output: [1, 2],
    most: 2,
  },
  as_completed: {
    source:
      'out = []\nfor one in asyncio.as_completed([slow(1), slow(2)]):\n    out.append(await one)\nsorted(out)',
    output: [1, 2],
    most: 2,
  },
  wait: {
    source:
      'done, pending = await asyncio.wait([slow(1), slow(2)])\n[sorted(d.result() for d in done), len(pending)]',
    output: [[1, 2], 0],
    most: 2,
  },
  'a semaphore': {
    source:
      'sem = asyncio.Semaphore(2)\nasync def one(i):\n    async with sem:\n        return await slow(i)\nawait asyncio.gather(*[one(i) for i in range(4)])',
    output: [0, 1, 2, 3],
    most: 2,
  },
  'a queue': {
    source: `queue = asyncio.Queue()
out = []
async def worker():
    while True:
        item = await queue.get()
        out.append(await slow(item))
        queue.task_done()
workers = [asyncio.create_task(worker()) for _ in range(2)]
for i in range(4): queue.put_nowait(i)
await queue.join()
for w in workers: w.cancel()
sorted(out)`,
    output: [0, 1, 2, 3],
    most: 2,
  },
  'threads of a pool': {
    source:
      'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n    out = list(pool.map(slow, [1, 2, 3]))\nout',
    output: [1, 2, 3],
    most: 3,
  },
  submit: {
    source:
      'from concurrent.futures import ThreadPoolExecutor, as_completed\nwith ThreadPoolExecutor(max_workers=3) as pool:\n    futures = {pool.submit(slow, i): i for i in range(3)}\n    out = sorted(f.result() for f in as_completed(futures))\nout',
    output: [0, 1, 2],
    most: 3,
  },
  to_thread: {
    source: 'await asyncio.gather(asyncio.to_thread(slow, 1), asyncio.to_thread(slow, 2))',
    output: [1, 2],
    most: 2,
  },
  'the map of a tool': { source: 'slow.map([1, 2, 3])', output: [1, 2, 3], most: 3 },
  parallel: {
    source: 'parallel([(slow, 1), (slow, 2)])',
    output: [1, 2],
    most: 2,
  },
  'a coroutine as the value': {
    source: 'async def main():\n    return await slow(5)\nmain()',
    output: 5,
    most: 1,
  },
  'coroutines inside the value': {
    source: 'async def one(i):\n    return await slow(i)\n{"a": [one(1), one(2)]}',
    output: { a: [1, 2] },
    most: 1,
  },
  'gather of plain values': {
    source: 'await asyncio.gather(1, slow(2), asyncio.sleep(0, 3))',
    output: [1, 2, 3],
    most: 1,
  },
  'a nested run': {
    source:
      'async def inner():\n    return await slow(1)\ndef plain():\n    return asyncio.run(inner())\nasync def outer():\n    return plain() + 1\nawait outer()',
    output: 2,
    most: 1,
  },
  'a name that is used in another way too stays a value': {
    source: 'a = slow(1)\nb = a + 1\n[await a, b]',
    output: [1, 2],
    most: 1,
  },
  'a call in a sort key': {
    source: 'sorted([3, 1, 2], key=lambda i: slow(i))',
    output: [1, 2, 3],
    most: 1,
  },
  wait_for: { source: 'await asyncio.wait_for(slow(1), 5)', output: 1, most: 1 },
  timeout: {
    source:
      'try:\n    async with asyncio.timeout(0.001):\n        await asyncio.sleep(10)\n    out = "done"\nexcept TimeoutError:\n    out = "late"\nout',
    output: 'late',
    most: 0,
  },
  'a function that awaits its parameter': {
    source: `async def attempt(name, call, *, other=None):
    try:
        return [name, await call, await other]
    except ToolError:
        return name
await asyncio.gather(attempt("a", slow(1), other=slow(2)), attempt("b", slow(3), other=slow(4)))`,
    output: [
      ['a', 1, 2],
      ['b', 3, 4],
    ],
    most: 4,
  },
  'a function that gathers its parameters': {
    source: `async def every(*jobs):
    return await asyncio.gather(*jobs)
await every(slow(1), slow(2))`,
    output: [1, 2],
    most: 2,
  },
  'a method that awaits its parameter': {
    source: `class Runner:
    async def run_one(self, call):
        return await call
r = Runner()
await asyncio.gather(r.run_one(slow(1)), r.run_one(slow(2)))`,
    output: [1, 2],
    most: 2,
  },
}
