/** Scripts and styles of the console: plain files of the package, served as they are. */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { consoleFolder } from '../base/console-folder.ts'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A file as it is served. */
export interface StaticFile {
  readonly body: string
  readonly type: string
  /** The beginning of its SHA-256: a part of its address, so that browsers keep it for good. */
  readonly version: string
}

/** The names of the files, without their folder: nothing else is ever read. */
const names = [
  'approvals.js',
  'console.css',
  'console.js',
  'execution.js',
  'icon.svg',
  'live.js',
  'notifications.js',
  'playground.js',
  'replay.js',
] as const

const read = new Map<string, StaticFile>()

/** A file by its name; `undefined` for a name that is not one of ours. */
export function staticFile(name: string): StaticFile | undefined {
  const known = names.find(one => one === name)
  if (known === undefined) return undefined
  const found = read.get(known) ?? load(known)
  read.set(known, found)
  return found
}

/** Scripts import each other, so the version of one script is that of all. */
let scripts = ''

/** The address of a file, which changes with its content. */
export function staticPath(name: (typeof names)[number]): string {
  if (scripts === '') {
    const all = names.filter(one => one.endsWith('.js')).map(one => staticFile(one)?.version)
    scripts = hash('sha256', all.join()).slice(0, VERSION_CHARACTERS)
  }
  const version = name.endsWith('.js') ? scripts : staticFile(name)?.version
  return `/console/static/${version}/${name}`
}

/** Enough that two contents of one file never share it. */
const VERSION_CHARACTERS = 16

function load(name: string): StaticFile {
  const body = readFileSync(join(consoleFolder(), name), 'utf8')
  const version = hash('sha256', body).slice(0, VERSION_CHARACTERS)
  return { body, version, type: types[extname(name)] as string }
}
