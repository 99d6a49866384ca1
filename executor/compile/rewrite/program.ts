import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping'
import type MagicString from 'magic-string'
import { LINE_END, type Position } from '../parse/source-position.ts'

/** A compiled source. */
export interface Program {
  /** A script for the engine, with top-level `await` allowed. */
  readonly code: string
  /**
   * The position in the source as sent of a position in the code.
   *
   * @param line 1-based
   * @param byteColumn 1-based, in bytes of UTF-8, as the engine counts
   */
  positionOf(line: number, byteColumn: number): Position
  /** The source map (version 3, JSON) from which {@link programFrom} makes the program again. */
  encodeMap(): string
}

/**
 * A program made of changes to a source. Its map is made on the first request.
 *
 * Its first line is ours. In the first line of a script the engine counts the columns of some
 * errors from 0 and those of others from 1 (measured). In every other line it counts from 1.
 *
 * @param firstLine the text of that line: nothing, or a session's names
 */
export function programOf(magic: MagicString, firstLine = ''): Program {
  magic.prepend(`${firstLine}\n`)
  let map: string | undefined
  const encodeMap = () => (map ??= magic.generateMap({ source: 'source' }).toString())
  return createProgram(magic.toString(), encodeMap)
}

/** A program that was compiled before. */
export const programFrom = (code: string, map: string): Program => createProgram(code, () => map)

function createProgram(code: string, encodeMap: () => string): Program {
  let columns: ColumnMap | undefined
  return {
    code,
    encodeMap,
    positionOf(line, byteColumn) {
      columns ??= new ColumnMap(code, encodeMap())
      return columns.positionOf(line, byteColumn)
    },
  }
}

/**
 * Columns of the code to columns of the source.
 *
 * Lines are the same in both but for our first one, since no edit adds or takes a line end. The map
 * has one segment for each piece between two edits. Within a piece columns run in step. Inserted
 * text belongs to the character that follows it.
 */
class ColumnMap {
  readonly #code: string
  readonly #trace: TraceMap
  /** Offsets where the lines begin. */
  readonly #lines: number[] = [0]

  constructor(code: string, map: string) {
    this.#code = code
    this.#trace = new TraceMap(map)
    for (const { 0: end, index } of code.matchAll(LINE_END)) this.#lines.push(index + end.length)
  }

  positionOf(line: number, byteColumn: number): Position {
    const sourceLine = Math.max(line - 1, 1)
    const start = this.#lines[line - 1]
    if (start === undefined || line < 2) return { line: sourceLine, column: 1 }
    const text = this.#code.slice(start, this.#lines[line])
    const offset = start + unitsIn(text, byteColumn - 1)
    // The map knows only `\n`; a lone `\r` ends a line of ours within one of its lines.
    const mapStart = this.#code.lastIndexOf('\n', start - 1) + 1
    const mapLine = this.#mapLineOf(start)
    const column = this.#sourceColumn(mapLine, offset - mapStart)
    const first = start === mapStart ? 0 : this.#sourceColumn(mapLine, start - mapStart)
    return { line: sourceLine, column: column - first + 1 }
  }

  #mapLineOf(offset: number): number {
    let line = 0
    for (let at = this.#code.indexOf('\n'); at >= 0 && at < offset; line++) {
      at = this.#code.indexOf('\n', at + 1)
    }
    return line
  }

  /** Both columns from 0. */
  #sourceColumn(line: number, column: number): number {
    const segments = decodedMappings(this.#trace)[line] ?? []
    const next = segments.findIndex(([codeColumn]) => codeColumn > column)
    const segment = segments.at(next < 0 ? -1 : next - 1)
    if (next === 0 || !segment || segment.length < 4) return 0
    const [codeColumn, , , sourceColumn = 0] = segment
    const [, , , nextSourceColumn = Infinity] = (next < 0 ? undefined : segments[next]) ?? []
    return Math.min(sourceColumn + column - codeColumn, nextSourceColumn)
  }
}

/** The UTF-16 units that a number of bytes of UTF-8 at the start of a text stand for. */
function unitsIn(text: string, bytes: number): number {
  let units = 0
  let left = bytes
  for (const character of text) {
    if (left <= 0) break
    left -= Buffer.byteLength(character)
    units += character.length
  }
  return units
}
