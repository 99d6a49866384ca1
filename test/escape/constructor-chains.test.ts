/** No value that the host gives a program leads to anything of the host. */

import t from 'tap'
import { tryAll } from '../support/escape-ground.ts'
import { constructorChains } from './attempts/constructor-chains.ts'

tryAll(t, constructorChains)
