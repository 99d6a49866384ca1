/** Patched and polluted built-ins harm their own program alone, no text becomes code, no source leaves its program. */

import t from 'tap'
import { tryAll } from '../support/escape-ground.ts'
import { realmAttempts } from './attempts/realm.ts'

tryAll(t, realmAttempts)
