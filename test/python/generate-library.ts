/**
 * Writes what CPython prints for each program of `test/fixtures/python-library`:
 * `node test/python/generate-library.ts python3.13`.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../fixtures/python-library/', import.meta.url))
const [python = 'python3'] = process.argv.slice(2)
/** The program has the file name that it has here, and what needs no import here. */
const RUN = `import asyncio, json, linecache, sys
source = sys.stdin.read()
linecache.cache["program"] = (len(source), None, source.splitlines(True), "program")
exec(compile(source, "program", "exec"), globals())`

for (const name of readdirSync(folder).filter(name => name.endsWith('.py'))) {
  const cwd = mkdtempSync(join(tmpdir(), 'latchd-library-'))
  const env = { ...process.env, TZ: 'UTC', PYTHONHASHSEED: '0', PYTHONIOENCODING: 'utf-8' }
  const input = readFileSync(join(folder, name))
  const printed = execFileSync(python, ['-c', RUN], { input, cwd, env, stdio: 'pipe' })
  writeFileSync(join(folder, name.replace('.py', '.txt')), printed)
  rmSync(cwd, { recursive: true })
}
