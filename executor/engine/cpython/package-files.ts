/** The files of the optional package `@latchd/python`: they are the engine. */

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { LatchdError } from '../../../protocol/errors.ts'
import { readWhole } from './read-whole.ts'

/** The line that installs the package. */
export const INSTALL_LINE = 'npm install @latchd/python'

/** The engine, as the package brings it. */
export interface PackageFiles {
  /** URL of the module that makes an instance. */
  readonly loader: string
  readonly wasm: Uint8Array<ArrayBuffer>
  /** The standard library, zipped. */
  readonly stdlib: Uint8Array<ArrayBuffer>
  /** SHA-256 of `wasm` and `stdlib`, hexadecimal. */
  readonly hash: string
}

interface PythonPackage {
  readonly loaderUrl: string
  readonly wasmUrl: string
  readonly stdlibUrl: string
}

let hash: string | undefined

/** Whether the package is installed. */
export function hasPackage(): boolean {
  try {
    import.meta.resolve('@latchd/python')
    return true
  } catch {
    // Node says in its own words that there is no such package.
    return false
  }
}

/** The refusal of a Python program where the package is not installed. */
export const notInstalled = (): LatchdError =>
  new LatchdError(
    'INVALID_REQUEST',
    `Cannot run a Python program: the package @latchd/python is not installed; install it: ${INSTALL_LINE}`,
    { errors: [{ pointer: '/language', detail: `python needs: ${INSTALL_LINE}` }] },
  )

/** Reads the package. @throws {LatchdError} `INVALID_REQUEST` when it is not installed */
export function readPackage(): PackageFiles {
  if (!hasPackage()) throw notInstalled()
  const { loaderUrl, wasmUrl, stdlibUrl } = load('@latchd/python') as PythonPackage
  const wasm = read(wasmUrl)
  const stdlib = read(stdlibUrl)
  // It takes some ten milliseconds, and the package is the same as long as the process runs.
  hash ??= createHash('sha256').update(wasm).update(stdlib).digest('hex')
  return { loader: loaderUrl, wasm, stdlib, hash }
}

/** Loads a module at once, and not at the start of the process. */
const load = createRequire(import.meta.url)

const read = (url: string) => new Uint8Array(readWhole(new URL(url), size => new ArrayBuffer(size)))
