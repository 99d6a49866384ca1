/**
 * Takes the base snapshot by the module whose URL is its first argument, from the file that is its
 * second if any; prints how many engines it has made.
 */

import { QuickJS } from 'quickjs-wasi'

let made = 0
const create = QuickJS.create
QuickJS.create = (...options) => {
  made++
  return create.apply(QuickJS, options)
}
const [url = '', file] = process.argv.slice(2)
const { baseSnapshot } = await import(url)
await baseSnapshot(file)
console.log(made)
