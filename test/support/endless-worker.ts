/** A worker thread that takes tasks and ends none; its statistics tell which thread it is. */

import { serveWith } from './lane-duties.ts'

export default serveWith(() => new Promise<never>(() => {}))
