/** The steps of an installation: planned, described, carried out. */

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, relative } from 'node:path'
import { copyRelease, isInstalled, type Release } from './release.ts'

/** One step of an installation. */
export type Step =
  | { readonly kind: 'release'; readonly release: Release; readonly folder: string }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly mode: number }
  /** A relative link, so that a tree under another root holds. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'run'; readonly command: readonly [string, ...string[]] }

/** Whether a step has nothing to do: it was done before. */
export function isDone(step: Step): boolean {
  switch (step.kind) {
    case 'release':
      return isInstalled(step.release, step.folder)
    case 'folder':
      return existsSync(step.path)
    case 'file':
      return existsSync(step.path) && readFileSync(step.path, 'utf8') === step.text
    case 'link':
      return linkOf(step.path) === relativeTarget(step)
    case 'remove':
      return lstatSync(step.path, { throwIfNoEntry: false }) === undefined
    case 'run':
      return false
  }
}

/** Describes a step, completing "would …". */
export function stepText(step: Step): string {
  switch (step.kind) {
    case 'release':
      return `copy latchd ${step.release.version} and its Node to ${step.folder}`
    case 'folder':
      return `make ${step.path}`
    case 'file':
      return `write ${step.path}`
    case 'link':
      return `link ${step.path} to ${step.target}`
    case 'remove':
      return `remove ${step.path}`
    case 'run':
      return `run ${step.command.join(' ')}`
  }
}

/** Does a step. @throws {Error} when it cannot be done */
export function carryOut(step: Step): void {
  switch (step.kind) {
    case 'release':
      copyRelease(step.release, step.folder)
      break
    case 'folder':
      mkdirSync(step.path, { recursive: true })
      chmodSync(step.path, step.mode)
      break
    case 'file':
      writeWhole(step.path, step.text, step.mode)
      break
    case 'link':
      linkWhole(step.path, relativeTarget(step))
      break
    case 'remove':
      rmSync(step.path, { recursive: true, force: true })
      break
    case 'run':
      run(step.command)
      break
    default:
      step satisfies never
  }
}

/** So that no reader sees half of the file, or a secret before its mode is set. */
function writeWhole(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  writeFileSync(draft, text, { mode })
  chmodSync(draft, mode)
  renameSync(draft, path)
}

function linkWhole(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  symlinkSync(target, draft)
  renameSync(draft, path)
}

const relativeTarget = ({ path, target }: Extract<Step, { kind: 'link' }>) =>
  relative(dirname(path), target)

/** The target of a link, as written; `undefined` when the path is not a link. */
export function linkOf(path: string): string | undefined {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
  return isLink ? readlinkSync(path) : undefined
}

function run([command, ...args]: readonly [string, ...string[]]): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw new Error(`Cannot run ${[command, ...args].join(' ')}: ${stderr?.trim() || message}`)
  }
}
