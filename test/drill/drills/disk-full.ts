import { join } from 'node:path'
import type { Drill } from '../drill.ts'
import { runOnSmallDisk } from '../full-disk.ts'

const here = join(import.meta.dirname, '..')

export const diskFull: Drill = {
  title: 'the disk is full: new work is refused, reads go on, and nothing is lost',
  run: options => runOnSmallDisk(join(here, 'disk-full-inside.ts'), options),
}

export const diskFullDecisions: Drill = {
  title:
    'the disk is full at times: what was decided goes on when there is room, without a restart',
  run: options => runOnSmallDisk(join(here, 'disk-full-decisions-inside.ts'), options),
}
