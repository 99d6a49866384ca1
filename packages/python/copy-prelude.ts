/** Puts the prelude for Python, which no compiler reads, beside the compiled executor in `dist/`. */

import { cpSync } from 'node:fs'

const root = new URL('../../', import.meta.url)
const folder = 'executor/guest-python/'
const isModule = (path: string) => !path.includes('__pycache__')
cpSync(new URL(folder, root), new URL(`dist/${folder}`, root), {
  recursive: true,
  filter: isModule,
})
