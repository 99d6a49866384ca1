/** Turns the arguments of `latchd run` into a request. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Language, type RequestedLimits, Typecheck } from '../../../protocol/execution/execution.ts'
import type { ExecuteRequest } from '../../../protocol/execution/executor.ts'
import { isTimeZone } from '../../../protocol/execution/time-zone.ts'
import { limitNames, limitTable } from '../../../protocol/limits.ts'
import { oneOf, wholeNumber } from '../../config/value-kind.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import type { Options } from '../cli.ts'
import { optionValue } from '../option-value.ts'
import { oneLine, UsageError } from '../refusal.ts'

/** The name for standard input in place of a file. */
const STDIN = '-'

/** `name=value` texts of a repeatable option; absent when it was not given. */
type Pairs = readonly string[] | undefined

/** Reads source, language, inputs and limits. @throws {UsageError} */
export async function readRunRequest(
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<ExecuteRequest> {
  const language = optionValue('--language', options.language, oneOf(Language.options))
  const typecheck = optionValue('--typecheck', options.typecheck, oneOf(Typecheck.options))
  const timeZone = readTimeZone(options.timeZone)
  const inputs = readInputs(options.input as Pairs)
  const limits = readLimits(options.limit as Pairs)
  return {
    source: await readSource(file, terminal),
    language: language ?? languageOfFile(file),
    ...(typecheck && { typecheck }),
    ...(timeZone !== undefined && { timeZone }),
    ...(inputs && { inputs }),
    ...(limits && { limits }),
  }
}

function languageOfFile(file: string): Language {
  if (/\.py$/.test(file)) return 'python'
  return /\.[cm]?ts$/.test(file) ? 'typescript' : 'javascript'
}

function readTimeZone(name: unknown): string | undefined {
  if (name === undefined || isTimeZone(String(name))) return name as string | undefined
  throw new UsageError(
    `Cannot use --time-zone ${JSON.stringify(name)}: expected the name of a time zone, such as Europe/Berlin`,
  )
}

async function readSource(file: string, { cwd, stdin }: Terminal): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    if (file === STDIN) {
      let source = ''
      for await (const chunk of stdin) {
        source += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      }
      return source + decoder.decode()
    }
    return decoder.decode(await readFile(resolve(cwd, file)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'it is not UTF-8'
          : oneLine(error)
    throw new UsageError(`Cannot read ${file}: ${reason}`)
  }
}

/** `name=value` each; a value that is JSON is taken as that, any other as text. */
function readInputs(pairs: Pairs): Record<string, unknown> | undefined {
  if (pairs === undefined) return undefined
  return Object.fromEntries(
    pairs.map(pair => {
      const [name, text] = splitPair('--input', pair)
      try {
        return [name, JSON.parse(text)]
      } catch {
        // A string that is not JSON needs no quotes, which is handy on a command line.
        return [name, text]
      }
    }),
  )
}

function readLimits(pairs: Pairs): RequestedLimits | undefined {
  if (pairs === undefined) return undefined
  const limits: Record<string, number | undefined> = {}
  for (const pair of pairs) {
    const [text, value] = splitPair('--limit', pair)
    const name = limitNames.find(name => name === text)
    if (name === undefined) {
      throw new UsageError(`Cannot use --limit ${pair}: expected one of ${limitNames.join(', ')}`)
    }
    const { floor, ceiling } = limitTable[name]
    limits[name] = optionValue(`--limit ${name}`, value, wholeNumber(floor, ceiling))
  }
  return limits as RequestedLimits
}

function splitPair(option: string, pair: string): [name: string, value: string] {
  const at = pair.indexOf('=')
  if (at < 1)
    throw new UsageError(`Cannot use ${option} ${JSON.stringify(pair)}: expected name=value`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}
