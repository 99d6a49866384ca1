/** The half of the engine that runs in a thread. */

import type { GuestMaker } from '../engine-parts.ts'
import { hashOfParts } from '../memory-parts.ts'
import { CPythonGuest } from './cpython.ts'
import type { CreateModule } from './emscripten-module.ts'
import type { PythonSnapshot } from './image.ts'
import { enterShell } from './shell.ts'

/** Loads the package's loader, before the thread is sealed. */
export async function openPythonGuests(snapshot: PythonSnapshot): Promise<GuestMaker> {
  enterShell()
  const { default: createModule } = (await import(snapshot.loader)) as { default: CreateModule }
  const { module, stdlib } = snapshot
  const parts = { module, stdlib, createModule }
  return {
    // Each takes 40 MB.
    standby: 1,
    names: { globals: ['console'], ofProcess: ['type'] },
    create: () => CPythonGuest.create(snapshot, parts),
    requireWhole() {
      if (hashOfParts(snapshot.parts) === snapshot.partsHash) return
      throw new Error('The image of this thread is not the one that it was given')
    },
  }
}
