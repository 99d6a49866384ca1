/** The level of isolation at which a run of the tests has its programs: `TEST_ISOLATION`, or `thread`. */

import { type IsolationLevel, isolationLevels } from '../../protocol/execution/isolation.ts'

const wanted = process.env.TEST_ISOLATION ?? 'thread'
const known = isolationLevels.find(level => level === wanted)
if (known === undefined) throw new Error(`TEST_ISOLATION is ${isolationLevels.join(' or ')}`)

export const isolation: IsolationLevel = known
