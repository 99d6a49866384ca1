/** Modules of tools: files whose default export is one tool, or a list or record of them. */

import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LatchdError } from '../../protocol/errors.ts'
import type { ToolLike } from '../../protocol/executor.ts'
import { toolIdentifier } from '../../protocol/tools/identifier.ts'
import { normalizeTool } from '../../protocol/tools/normalize.ts'
import { isRecord } from '../../protocol/tools/schema.ts'
import type { Tool } from '../../protocol/tools/tool.ts'
import { whyNotLoaded } from './module-failure.ts'

/**
 * Imports tool modules (.ts, .mjs, .js) and reads what they export. In a record the keys are the
 * names of tools that have none of their own.
 *
 * A module may also export `secrets`, a list of texts that must not leave the host.
 *
 * @param cwd what relative paths are relative to
 * @param onSecrets told of each such list
 * @param explain says why a module may not be loaded; `undefined` for an error that it does not know
 * @returns the tools in order of the paths and of each module
 * @throws {LatchdError} `TOOL_INVALID`, naming the path and what is wrong: no such file, a syntax
 *   error, no default export, an export that is no tool, a name that two of the tools have
 */
export async function loadToolModules(
  paths: readonly string[],
  cwd: string,
  onSecrets: (secrets: readonly string[]) => void = () => {},
  explain: (error: unknown) => string | undefined = () => undefined,
): Promise<Tool[]> {
  const modules = await Promise.all(paths.map(path => loadModule(path, cwd, explain)))
  for (const { secrets } of modules) onSecrets(secrets)
  const pathOf = new Map<string, string>()
  for (const { path, tools } of modules) {
    for (const { name } of tools) {
      const other = pathOf.get(name)
      if (other !== undefined) throw invalid(path, `the tool "${name}" is also in ${other}`)
      pathOf.set(name, path)
    }
  }
  return modules.flatMap(({ tools }) => tools)
}

interface LoadedModule {
  readonly path: string
  readonly tools: Tool[]
  readonly secrets: readonly string[]
}

async function loadModule(
  path: string,
  cwd: string,
  explain: (error: unknown) => string | undefined,
): Promise<LoadedModule> {
  const file = isAbsolute(path) ? path : resolve(cwd, path)
  await mustBeFile(file, path)
  let module: { default?: unknown; secrets?: unknown }
  try {
    module = await import(pathToFileURL(file).href)
  } catch (error) {
    throw invalid(path, explain(error) ?? (await whyNotLoaded(error, file)), error)
  }
  if (module.default === undefined) {
    const named = Object.keys(module)
    const hint = named.length === 0 ? '' : `, only ${named.slice(0, 10).join(', ')}`
    throw invalid(path, `it has no default export${hint}`)
  }
  return { path, tools: readTools(module.default, path), secrets: readSecrets(module, path) }
}

function readSecrets({ secrets = [] }: { secrets?: unknown }, path: string): string[] {
  if (!Array.isArray(secrets)) throw invalid(path, 'its export "secrets" is not a list of texts')
  const wrong = secrets.findIndex(secret => typeof secret !== 'string')
  // Not the value: it may be a part of one.
  if (wrong >= 0) throw invalid(path, `element ${wrong} of its export "secrets" is not a text`)
  return secrets
}

async function mustBeFile(file: string, path: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : `${error.code}`
    throw invalid(path, why, error)
  })
  if (!found.isFile()) throw invalid(path, 'it is not a file')
}

function readTools(exported: unknown, path: string): Tool[] {
  const entries = entriesOf(exported, path)
  if (entries.length === 0) throw invalid(path, 'its default export holds no tool')
  return entries.map(([key, like, where]) => {
    try {
      const tool = normalizeTool(like as ToolLike, key)
      toolIdentifier(tool.name)
      return tool
    } catch (error) {
      if (!(error instanceof LatchdError)) throw error
      throw invalid(path, `${where} is no tool that can be used: ${error.message}`, error)
    }
  })
}

/** The name where it stands (when it has one there), the candidate, and how messages call it. */
type Entry = readonly [key: string | undefined, like: unknown, where: string]

function entriesOf(exported: unknown, path: string): Entry[] {
  if (Array.isArray(exported)) {
    return exported.map(
      (like, at): Entry => [undefined, like, `element ${at} of its default export`],
    )
  }
  if (typeof exported === 'function' && exported.name === 'default') {
    // JavaScript names an anonymous default export so.
    throw invalid(path, 'its default export is a function without a name')
  }
  if (!isRecord(exported) || looksLikeTool(exported)) {
    return [[undefined, exported, 'its default export']]
  }
  return Object.entries(exported).map(
    ([key, like]): Entry => [key, like, `"${key}" of its default export`],
  )
}

/** Tells a tool from a record of tools: a record holds no text, and no function `execute` of its own. */
function looksLikeTool(value: Record<string, unknown>): boolean {
  const isCallable = ['execute', 'forward', 'invoke'].some(key => typeof value[key] === 'function')
  return isCallable || typeof value.name === 'string' || typeof value.type === 'string'
}

function invalid(path: string, why: string, cause?: unknown): LatchdError {
  return new LatchdError('TOOL_INVALID', `Cannot load the tool module ${path}: ${why}`, { cause })
}
