/** What users of the package see, as text: exports with their types, routes, commands, settings. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { settingKeys, settings } from '../../daemon/config/settings.ts'
import { errorTable } from '../../protocol/errors.ts'
import { isBuilt } from './built.ts'

const root = resolve(import.meta.dirname, '../..')

/** The entry points of the package, as `exports` of package.json names them. */
const entries = ['sdk', 'sdk/agents', 'executor', 'protocol']

/** The settings and the codes, a line each. */
export function settingLines(): string {
  const rows = settingKeys.map(key => `${key} ${settings[key].env}`)
  return [...rows, ...Object.keys(errorTable)].sort().join('\n')
}

/**
 * Every export of the entry points with its declaration, without comments and paths.
 *
 * @param folder for the declarations, where `dist/` was not built before the tests
 */
export function exportLines(folder: string): string {
  const declarations = isBuilt ? resolve(root, 'dist') : emitDeclarations(folder)
  return entries
    .map(entry => {
      const found = new Map<string, string>()
      collect(resolve(declarations, entry, 'index.d.ts'), undefined, found)
      const lines = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
      return `# ${entry}\n${lines.join('\n')}`
    })
    .join('\n\n')
}

/** Writes the declarations of all modules into a folder, and returns it. */
function emitDeclarations(folder: string): string {
  const args = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder]
  const options = { cwd: root, encoding: 'utf8' } as const
  // tap adds its loader to every process of Node, also where the environment has none of it.
  const command = ['-u', 'NODE_OPTIONS', resolve(root, 'node_modules/.bin/tsc'), ...args]
  const { status, stdout, stderr } = spawnSync('env', command, options)
  if (status !== 0) throw new Error(`tsc ended with ${status}: ${stdout}${stderr}`)
  return folder
}

/** Adds what a file exports. @param names those that are wanted; all when absent */
function collect(
  path: string,
  names: readonly string[] | undefined,
  found: Map<string, string>,
): void {
  const text = readFileSync(path.replace(/\.ts$|\.js$/, end => (end === '.js' ? '.d.ts' : end)))
    .toString()
    .replaceAll(/\/\*[\s\S]*?\*\/\s*/g, '')
  const declarations = text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:class|function|const|interface|type|enum) (\w+)[\s\S]*?(?=^(?:export|import|declare|type|interface|const|\/\/)|$(?![\s\S]))/gm,
  )
  for (const [declaration, name = ''] of declarations) {
    if (names !== undefined && !names.includes(name)) continue
    // Overloads stand one after another.
    found.set(name, `${found.has(name) ? `${found.get(name)}\n` : ''}${normalized(declaration)}`)
  }
  const reexports = text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from ["']([^"']+)["']/gm)
  for (const [, list = '', from = ''] of reexports) {
    const next = resolve(dirname(path), from.replace(/\.[jt]s$/, '.d.ts'))
    const listed = list === '*' ? names : list.match(/\w+(?=\s*[,}])/g)
    const wanted = names === undefined ? listed : listed?.filter(one => names.includes(one))
    if (wanted?.length !== 0) collect(next, wanted ?? undefined, found)
  }
}

const normalized = (declaration: string) =>
  declaration
    .replaceAll(/import\("[^"]*"\)\./g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?#private;/g, '')
    .replaceAll(/private \w+[^;]*;/g, '')
    .trim()

/** A line for each operation, parameter and property of an OpenAPI document. */
export function documentLines(document: unknown, path = ''): string[] {
  if (document === null || typeof document !== 'object') return [`${path} ${String(document)}`]
  return Object.entries(document)
    .filter(([key]) => key !== 'description' && key !== 'summary' && key !== 'version')
    .flatMap(([key, value]) => documentLines(value, `${path}/${key}`))
}
