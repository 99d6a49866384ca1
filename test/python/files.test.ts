/** Files of Python programs: they cross by reference, as those of JavaScript. */

import { File } from 'node:buffer'
import t from 'tap'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import { pythonExecutor } from './python-executor.ts'

const tools = {
  report: async () => new File(['a,b\n1,2\n'], 'report.csv', { type: 'text/csv' }),
  size_of: async (file: { size: number; name: string; type: string }) => [
    file.name,
    file.type,
    file.size,
  ],
} as never

const whole = pythonExecutor(t, { tools })
const parked = pythonExecutor(t, { tools }, createParkingExecutor)

for (const [how, { run }] of Object.entries({ whole, parked })) {
  t.test(`a program reads, makes and gives out files (${how})`, async t => {
    const read = await run(
      'f = report()\n[f.name, f.type, f.size, f.text(), await f.text(), f.slice(2, 3).text(), f.bytes()[:1] == b"a"]',
    )
    t.equal(read.error, undefined)
    const text = 'a,b\n1,2\n'
    t.strictSame(read.output, ['report.csv', 'text/csv', 8, text, text, 'b', true])

    t.strictSame(
      (await run('size_of(File(["one ", b"two ", report()], "new.txt", type="text/plain"))'))
        .output,
      ['new.txt', 'text/plain', 16],
    )
    const json = await run('File("[1, 2]", "x.json").json()')
    t.strictSame(json.output, [1, 2])

    const { outcome } = await run('emit({"a": 1}, "a.json")\nemit(report())\n1')
    t.match(outcome, {
      status: 'completed',
      files: [
        { name: 'a.json', type: 'application/json' },
        { name: 'report.csv', size: 8 },
      ],
    })
  })
}

t.test(
  'JSON that is given out shows what JSON has no form for, or says that it cannot',
  async t => {
    const imports =
      'import datetime, decimal, dataclasses\n@dataclasses.dataclass\nclass P:\n  x: int\n'
    const values =
      '[{1}, datetime.date(2026, 1, 2), decimal.Decimal("1.10"), P(3), ValueError("no")]'
    const { outcome } = await whole.run(`${imports}emit(${values}, "v.json")\n1`)
    t.strictSame(JSON.parse((await outcome.files[0]?.text()) ?? ''), [
      [1],
      '2026-01-02',
      '1.10',
      { x: 3 },
      { name: 'ValueError', message: 'no' },
    ])
    const refused = async (value: string) =>
      (await whole.run(`try:\n  emit(${value}, "v")\nexcept Exception as e:\n  r = str(e)\nr`))
        .output
    t.match(await refused('[File("x", "x")]'), /a file is inside; emit it by itself/)
    t.match(await refused('{"b": b"x"}'), /bytes are inside/)
    t.match(await refused('float("nan")'), /not JSON compliant/)
    t.match(await refused('object()'), /no form for object/)
  },
)

t.test('a file that a program returns is given out', async t => {
  const { outcome } = await whole.run('{"file": File(["x" * 2_000_000], "large.txt")}')
  t.match(outcome, { status: 'completed', files: [{ name: 'large.txt', size: 2_000_000 }] })
})

t.test('a file that the program wrote is given out by its path', async t => {
  const { outcome } = await whole.run(`from pathlib import Path
import os
Path("rows.csv").write_text("a,b\\n")
emit(Path("rows.csv"))
emit(Path("rows.csv"), "other.bin2")`)
  t.match(outcome, {
    status: 'completed',
    files: [
      { name: 'rows.csv', type: 'text/csv', size: 4 },
      { name: 'other.bin2', type: 'application/octet-stream', size: 4 },
    ],
  })
  t.match((await whole.run('from pathlib import Path\nemit(Path("none"))')).outcome, {
    error: { name: 'FileNotFoundError', line: 2 },
  })
})
