import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A folder for the state of a daemon, or of several in a row, removed with the test. */
export function stateFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
