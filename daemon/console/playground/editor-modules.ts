/**
 * The editor's packages as browsers load them: the modules of npm as they are, but for the names of
 * the packages that they import, which become addresses. There is no build, and no map of imports,
 * which would have to stand in the page as a script.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consoleFolder } from '../../base/console-folder.ts'

/** The script that begins: it imports all others. */
const ROOT = 'editor.js'

const PATH = '/console/modules'

/** The statements by which modules import packages; names that begin with a dot are files. */
const imports = /^((?:import|export)\b[^'"`;]*?\bfrom\s*|import\s*)(['"])(@?[a-z][\w./-]*)\2/gm

const VERSION_CHARACTERS = 16

interface Modules {
  /** The file of each module, by its name. */
  readonly files: ReadonlyMap<string, string>
  /** The beginning of the SHA-256 of all of them. */
  readonly version: string
}

let known: Modules | undefined

/** The address of the script that makes an editor. */
export const editorPath = (): string => `${PATH}/${modules().version}/${ROOT}`

/** The pattern of the addresses of modules. */
export const editorModulePattern = `${PATH}/:version/:name{.+}`

/** A module with its imports as addresses; `undefined` for what the editor does not import. */
export function editorModule(name: string): string | undefined {
  const { files, version } = modules()
  const file = files.get(name)
  if (file === undefined) return undefined
  return readFileSync(file, 'utf8').replace(
    imports,
    (_, before: string, quote: string, imported: string) =>
      `${before}${quote}${PATH}/${version}/${imported}${quote}`,
  )
}

/** Finds all modules that the editor imports. @throws {Error} when a package is missing */
function modules(): Modules {
  if (known !== undefined) return known
  const files = new Map([[ROOT, join(consoleFolder(), ROOT)]])
  const hash = createHash('sha256')
  // A map also gives what is added to it meanwhile.
  for (const [, file] of files) {
    const text = readFileSync(file, 'utf8')
    hash.update(text)
    for (const [, , , name = ''] of text.matchAll(imports)) {
      if (!files.has(name)) files.set(name, fileURLToPath(import.meta.resolve(name)))
    }
  }
  known = { files, version: hash.digest('hex').slice(0, VERSION_CHARACTERS) }
  return known
}
