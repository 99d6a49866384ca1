/** Nothing that a program does while its values cross gives it anything of the host. */

import t from 'tap'
import { tryAll } from '../support/escape-ground.ts'
import { conversions } from './attempts/conversion.ts'
import { promiseAttempts } from './attempts/promises.ts'

tryAll(t, [...conversions, ...promiseAttempts])
