/**
 * The image: the memory of an interpreter that has booted, has loaded much of its library and the
 * prelude, and has run no program. Every guest begins as a copy of it.
 *
 * It takes seconds to make and is the same bytes whenever it is made, so it is stored under a hash
 * of all that goes into it.
 */

import { getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BaseSnapshot } from '../engine-parts.ts'
import { isThere, readImage, userId, writeImage } from './image-file.ts'
import { imageTag, PYTHON_ENGINE, preludeModules, sourceHash } from './image-source.ts'
import type { BootedMemory, ImageOrder } from './image-thread.ts'
import { type PackageFiles, readPackage } from './package-files.ts'
import { packedHash, packImage, unpackImage } from './packed-image.ts'

/** The base snapshot of this engine. */
export interface PythonSnapshot extends BaseSnapshot {
  readonly module: WebAssembly.Module
  /** URL of the package's loader. */
  readonly loader: string
  readonly stdlib: Uint8Array<ArrayBuffer>
  /**
   * The image as `packed-image.ts` packs it: all threads of the process read it, and none writes to
   * it.
   */
  readonly image: SharedArrayBuffer
  /** Names the interpreter and the image: what a session's snapshot depends on. */
  readonly tag: string
  /** SHA-256 of what is packed, hexadecimal. */
  readonly packedHash: string
}

/** V8's stack where Python runs: a deep recursion of the interpreter takes much of it. */
export const STACK_MB = 16

let made: Promise<PythonSnapshot> | undefined

/**
 * The image of this process; made when it is first asked for.
 *
 * @param file where another process has stored it
 * @throws {LatchdError} `INVALID_REQUEST` when the package is not installed
 */
export function pythonSnapshot(file?: string): Promise<PythonSnapshot> {
  made ??= make(file).catch(error => {
    // The package may be installed later.
    made = undefined
    throw error
  })
  return made
}

/** The file of the image, where this process stores it; `undefined` when it is not there. */
export async function storedImage(): Promise<string | undefined> {
  return storedImageOf(readPackage())
}

const storedImageOf = (files: PackageFiles): string | undefined =>
  imageFolders()
    .map(folder => imageFile(folder, files))
    .find(isThere)

async function make(file: string | undefined): Promise<PythonSnapshot> {
  const files = readPackage()
  // It takes threads of V8's own, and this one reads the image meanwhile.
  const compiling = WebAssembly.compile(files.wasm)
  const stored = file ?? storedImageOf(files)
  const kept = stored === undefined ? undefined : readImage(stored)
  const module = await compiling
  const image = kept ?? (await makeImage(files, module))
  const { loader, stdlib } = files
  // V8 has a copy of its own. Garbage of this size may lie for minutes.
  files.wasm.buffer.transfer(0)
  const { memoryHash } = unpackImage(image)
  return {
    ...{
      engine: PYTHON_ENGINE,
      tag: imageTag(sourceHash(files)),
      memoryHash,
      module,
      loader,
      stdlib,
      image,
    },
    packedHash: packedHash(image),
  }
}

/**
 * Where an image may be, the best place first: beside the compile cache of the app, then in the
 * machine's folder for temporary files.
 */
function imageFolders(): string[] {
  const cache = getCompileCacheDir()
  const temporary = join(tmpdir(), `latchd-${userId()}`)
  return cache === undefined ? [temporary] : [dirname(cache), temporary]
}

const imageFile = (folder: string, files: PackageFiles) =>
  join(folder, `python-${sourceHash(files)}`)

/** Makes the image in a thread of its own, since it takes seconds, and stores it. */
async function makeImage(
  files: PackageFiles,
  module: WebAssembly.Module,
): Promise<SharedArrayBuffer> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const { loader, stdlib } = files
  const workerData: ImageOrder = { module, loader, stdlib, modules: preludeModules() }
  const thread = new Worker(new URL(`./image-thread${extension}`, import.meta.url), {
    workerData,
    env: {},
    // As for the threads of a pool: an app's own preloads do not belong here.
    ...(process.permission === undefined && { execArgv: [] }),
    resourceLimits: { stackSizeMb: STACK_MB },
  })
  const { promise, resolve, reject } = Promise.withResolvers<BootedMemory>()
  thread.once('message', resolve).once('error', reject)
  thread.once('exit', code => reject(new Error(`the image was not made: code ${code}`)))
  const { memory, zoneNamesAt } = await promise
  const image = packImage(memory, zoneNamesAt)
  writeImage(imageFile(imageFolders()[0] as string, files), image)
  return image
}
