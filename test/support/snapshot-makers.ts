/** Takes the base snapshot, from the file that is its argument if any; prints how many engines it has made. */

import { QuickJS } from 'quickjs-wasi'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'

let made = 0
const create = QuickJS.create
QuickJS.create = (...options) => {
  made++
  return create.apply(QuickJS, options)
}
await baseSnapshot(process.argv[2])
console.log(made)
