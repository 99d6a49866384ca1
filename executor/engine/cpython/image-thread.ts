/** The thread in which the image is made: boots an interpreter and loads the prelude. */

import { parentPort, workerData } from 'node:worker_threads'
import type { CreateModule, EmscriptenModule } from './emscripten-module.ts'
import { Instance } from './instance.ts'
import type { InstanceHooks } from './instance-hooks.ts'
import type { Image } from './packed-image.ts'
import { enterShell } from './shell.ts'
import { zoneClock } from './zone/zone-clock.ts'

/** What the thread makes the image from. */
export interface ImageOrder {
  readonly module: WebAssembly.Module
  /** URL of the package's loader. */
  readonly loader: string
  readonly stdlib: Uint8Array<ArrayBuffer>
  /** The modules of the prelude: names and texts. */
  readonly modules: readonly (readonly [name: string, text: string])[]
}

/** What the thread answers with. */
export type BootedMemory = Pick<Image, 'zoneNamesAt'> & {
  readonly memory: Uint8Array<ArrayBuffer>
}

/** Where the modules of the prelude are while the image is made, and where they say to be from. */
const GUEST_FOLDER = '/lib/python3.14/site-packages/latchd_guest'
const INSTANT_MS = Date.UTC(2026, 0, 1)
const RANDOM_BYTE = 7

/** Loads the prelude. What goes wrong is written to the door. */
const BOOT = `
try:
    import latchd_guest.boot
except BaseException:
    import os, traceback
    os.write(3, traceback.format_exc().encode())
    raise
`

let written = ''

/** Nothing that the image is made with differs from one time to the next. */
const hooks: InstanceHooks = {
  write: frame => {
    written += Buffer.from(frame).toString()
    return 0
  },
  read: () => new Uint8Array(),
  poll: () => 0,
  now: () => INSTANT_MS,
  zone: zoneClock(undefined),
  random: bytes => bytes.fill(RANDOM_BYTE),
}

// The loader's own code seeds temporary names with it.
Math.random = () => 0.5
Date.now = () => INSTANT_MS
enterShell()
const { module, loader, stdlib, modules } = workerData as ImageOrder
const { default: createModule } = (await import(loader)) as { default: CreateModule }
const instance = await Instance.create(
  { module, stdlib, createModule },
  hooks,
  undefined,
  ({ FS }: EmscriptenModule) => {
    FS.mkdirTree(GUEST_FOLDER)
    for (const [name, text] of modules) FS.writeFile(`${GUEST_FOLDER}/${name}`, Buffer.from(text))
  },
)
instance.openDoor()
if (!instance.run(BOOT)) throw new Error(`Cannot load the prelude for Python: ${written}`)
instance.startPolls()
const memory = instance.memory.slice()
const booted: BootedMemory = { memory, zoneNamesAt: instance.zoneNamesAt }
parentPort?.postMessage(booted, [memory.buffer])
