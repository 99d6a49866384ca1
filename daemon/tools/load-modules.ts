/** Modules of tools: files whose default export is one tool, or an array or object of them. */

import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorText } from '../../protocol/base/error-text.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ToolLike } from '../../protocol/execution/executor.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { isRecord } from '../../protocol/tool/schema.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { whyNotLoaded } from './module-failure.ts'

/**
 * Imports tool modules (.ts, .mjs, .js) and reads their exports. In a record the keys name the
 * tools that have no name of their own.
 *
 * A module may also export `secrets`, an array of strings that must not leave the host.
 *
 * A tool that cannot be taken is left out with a warning; the others of its module are there.
 *
 * @param cwd the folder of relative paths
 * @returns the tools in order of the paths and of each module
 * @throws {LatchdError} `TOOL_INVALID`, naming the path and the fault: a missing file, a syntax
 *   error, no default export, an export without a single tool that can be taken
 */
export async function loadToolModules(
  paths: readonly string[],
  cwd: string,
  options: LoadOptions = {},
): Promise<Tool[]> {
  const { onSecrets, onWarning } = options
  const modules = await Promise.all(paths.map(path => loadModule(path, cwd, options)))
  const pathOf = new Map<string, string>()
  const taken: Tool[] = []
  for (const { path, tools, secrets, warnings } of modules) {
    onSecrets?.(secrets)
    for (const text of warnings) onWarning?.(text)
    for (const tool of tools) {
      const other = pathOf.get(tool.name)
      if (other !== undefined) {
        onWarning?.(`${path}: the tool "${tool.name}" is left out: it is also in ${other}`)
        continue
      }
      pathOf.set(tool.name, path)
      taken.push(tool)
    }
  }
  return taken
}

/** Listeners to the loading of modules. */
export interface LoadOptions {
  /** Called with the secrets of each module. */
  readonly onSecrets?: ((secrets: readonly string[]) => void) | undefined
  /** Called with one line for each tool that is left out. */
  readonly onWarning?: ((text: string) => void) | undefined
  /** Says why a module may not be loaded; `undefined` for an error that it does not know. */
  readonly explain?: ((error: unknown) => string | undefined) | undefined
}

interface LoadedModule {
  readonly path: string
  readonly tools: Tool[]
  readonly secrets: readonly string[]
  readonly warnings: readonly string[]
}

async function loadModule(
  path: string,
  cwd: string,
  { explain }: LoadOptions,
): Promise<LoadedModule> {
  const file = isAbsolute(path) ? path : resolve(cwd, path)
  await mustBeFile(file, path)
  let module: { default?: unknown; secrets?: unknown }
  try {
    module = await import(pathToFileURL(file).href)
  } catch (error) {
    throw invalid(path, explain?.(error) ?? (await whyNotLoaded(error, file)), error)
  }
  if (module.default === undefined) {
    const named = Object.keys(module)
    const hint = named.length === 0 ? '' : `, only ${named.slice(0, 10).join(', ')}`
    throw invalid(path, `it has no default export${hint}`)
  }
  return { path, ...readTools(module.default, path), secrets: readSecrets(module, path) }
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

function readTools(exported: unknown, path: string): Pick<LoadedModule, 'tools' | 'warnings'> {
  const entries = entriesOf(exported, path)
  if (entries.length === 0) throw invalid(path, 'its default export holds no tool')
  const tools = new Map<string, Tool>()
  const problems: LatchdError[] = []
  for (const [key, like, where] of entries) {
    try {
      const tool = normalizeTool(like as ToolLike, key)
      checkToolName(tool)
      if (tools.has(tool.name)) {
        throw new LatchdError('TOOL_INVALID', `another has the name "${tool.name}"`)
      }
      tools.set(tool.name, tool)
    } catch (error) {
      // A schema may be anything: a library's getter may throw what it likes.
      const reason = errorText(error)
      problems.push(invalid(path, `${where} is no tool that can be used: ${reason}`, error))
    }
  }
  const [first] = problems
  if (tools.size === 0 && first !== undefined) throw first
  return { tools: [...tools.values()], warnings: problems.map(({ message }) => message) }
}

/** The key in its record (if any), the candidate, and its name in messages. */
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

/**
 * Distinguishes a tool from a record of tools: a record has no text and no function `execute` of
 * its own.
 */
function looksLikeTool(value: Record<string, unknown>): boolean {
  const isCallable = ['execute', 'forward', 'invoke', 'handler'].some(
    key => typeof value[key] === 'function',
  )
  return isCallable || typeof value.name === 'string' || typeof value.type === 'string'
}

function invalid(path: string, why: string, cause?: unknown): LatchdError {
  return new LatchdError('TOOL_INVALID', `Cannot load the tool module ${path}: ${why}`, { cause })
}
