/** A folder of a test's own, inside of the repository, so that modules in it find our packages. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Test } from 'tap'

const parent = resolve(import.meta.dirname, '../../.tap/folders')

/** What a folder holds by name: the contents of a file, or a folder. */
export interface FolderContents {
  readonly [name: string]: string | Uint8Array | FolderContents
}

/**
 * Makes a folder, which is removed after everything that the test registers later. tap's own `testdir`
 * removes it before: a daemon in it then finds that its store is gone, when it is slow to close.
 */
export function testFolder(t: Test, contents: FolderContents = {}): string {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  fill(folder, contents)
  return folder
}

function fill(folder: string, contents: FolderContents): void {
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name)
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content)
    else {
      mkdirSync(path)
      fill(path, content)
    }
  }
}
