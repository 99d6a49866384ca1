import { readFile } from 'node:fs/promises'
import { errorText } from '../../protocol/base/error-text.ts'

/**
 * Why Node could not import a module, in one line for the operator.
 *
 * @param file path of the imported module
 */
export async function whyNotLoaded(error: unknown, file: string): Promise<string> {
  if (!(error instanceof Error)) return `it throws while it is loaded: ${errorText(error)}`
  const { code } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return 'its name must end in .ts, .mjs or .js'
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      return firstLine(error)
    default:
      break
  }
  if (!(error instanceof SyntaxError)) return `it throws while it is loaded: ${firstLine(error)}`
  const place = await placeOf(error, file)
  return `it does not parse: ${firstLine(error)}${place === undefined ? '' : ` (${place})`}`
}

function firstLine({ message }: Error): string {
  return message.trim().split('\n', 1)[0] ?? ''
}

/**
 * Line of a syntax error. Node writes `file:line` above the stack for TypeScript and for imports.
 * It does not for JavaScript, so acorn has to find the error again.
 */
async function placeOf({ stack }: Error, file: string): Promise<string | undefined> {
  const [place = ''] = (stack ?? '').split('\n', 1)
  const [, path, line] = /^(?:file:\/\/)?(.+):(\d+)$/.exec(place) ?? []
  if (path !== undefined) return path === file ? `line ${line}` : `${path}:${line}`
  const source = await readFile(file, 'utf8')
  const { parse } = await import('acorn')
  try {
    parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
    // The error is in a module that this one imports.
    return undefined
  } catch (error) {
    return `line ${(error as { loc?: { line: number } }).loc?.line}`
  }
}
