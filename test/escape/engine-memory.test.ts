/** A fault of the engine corrupts the memory of the one guest that found it. */

import t from 'tap'
import { tryAll } from '../support/escape-ground.ts'
import { engineMemory } from './attempts/engine-memory.ts'

tryAll(t, engineMemory)
