/** A worker thread that takes tasks and ends none; its statistics tell which thread it is. */

import { offerControl } from './offered-control.ts'

offerControl()

export default () => new Promise<never>(() => {})
