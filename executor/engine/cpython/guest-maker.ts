/** The half of the engine that runs in a thread. */

import type { GuestMaker } from '../engine-parts.ts'
import { CPythonGuest } from './cpython.ts'
import type { CreateModule } from './emscripten-module.ts'
import type { PythonSnapshot } from './image.ts'
import { isPacked, packedHash, unpackImage } from './packed-image.ts'
import { enterShell } from './shell.ts'

/** Loads the package's loader, before the thread is sealed. */
export async function openPythonGuests(snapshot: PythonSnapshot): Promise<GuestMaker> {
  enterShell()
  const { default: createModule } = (await import(snapshot.loader)) as { default: CreateModule }
  const { module, stdlib, image, tag } = snapshot
  const parts = { module, stdlib, createModule }
  const base = { ...unpackImage(image), tag }
  return {
    // Each takes 40 MB.
    standby: 1,
    // Of a heap of 31 MB 21 stay (measured).
    leavesGarbage: true,
    names: { globals: ['console'], ofProcess: ['type'] },
    create: () => CPythonGuest.create(base, parts),
    requireWhole() {
      if (packedHash(image) === snapshot.packedHash && isPacked(image)) return
      throw new Error('The image of this process is not the one that its threads were given')
    },
  }
}
