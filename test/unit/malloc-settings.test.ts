/** The settings of `malloc` stand in both units and in the code that starts the workers' process. */

import t from 'tap'
import { CHILD_ENVIRONMENT } from '../../executor/pool/process/workers-process.ts'
import { mallocEnvironment } from '../support/unit-environment.ts'

t.test('the units and the process of the workers keep malloc to the same bounds', async t => {
  const system = mallocEnvironment()
  t.strictSame(mallocEnvironment('latchd.user.service'), system)
  t.match(system, CHILD_ENVIRONMENT)
})
