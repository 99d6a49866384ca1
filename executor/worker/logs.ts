/** The guest's console lines on their way to the host: bounded, batched, in order. */

import { consoleLevels } from '../../protocol/execution/console-levels.ts'
import type { LogLine } from '../../protocol/execution/execution.ts'

/**
 * Lines are sent when this much has gathered, or at the next call or poll after {@link HOLD_MS}.
 */
const BATCH_BYTES = 16_384
const HOLD_MS = 20
/**
 * Each line is an event of its own, which costs the host far more than the bytes of a short text. A
 * log has one line at most for so many bytes of its limit, at least {@link MIN_LINES} and never
 * more than {@link MAX_LINES}.
 */
const BYTES_PER_LINE = 32
const MIN_LINES = 1000
const MAX_LINES = 65_536

/** The most lines of a log, without the marker of the cut. @param limitBytes of its text */
export function maxLogLines(limitBytes: number): number {
  return Math.min(MAX_LINES, Math.max(MIN_LINES, Math.ceil(limitBytes / BYTES_PER_LINE)))
}

/** Collects the console lines of one guest, bounds them, and sends them in batches. */
export class LogBuffer {
  #lines: LogLine[] = []
  #heldBytes = 0
  #heldSinceMs = 0
  #bytes = 0
  #truncatedBytes = 0
  #limitBytes: number
  #linesLeft: number
  /** Lines that an earlier run has sent, and that are still to be repeated. */
  #emitted: number
  #send: (lines: readonly LogLine[]) => void

  /** @param emitted how many of the first lines an earlier run has sent */
  constructor(limitBytes: number, emitted: number, send: (lines: readonly LogLine[]) => void) {
    this.#limitBytes = limitBytes
    this.#linesLeft = maxLogLines(limitBytes)
    this.#emitted = emitted
    this.#send = send
  }

  /** Bytes of text that did not fit. */
  get truncatedBytes(): number {
    return this.#truncatedBytes
  }

  write(level: number, text: string, atMs: number): void {
    // A line that says nothing still takes its place.
    const size = Math.max(1, Buffer.byteLength(text))
    if (this.#truncatedBytes > 0 || this.#linesLeft === 0) {
      this.#truncatedBytes += size
      return
    }
    this.#linesLeft--
    let kept = text
    if (this.#bytes + size > this.#limitBytes) {
      kept = cut(text, this.#limitBytes - this.#bytes)
      this.#truncatedBytes = size - Buffer.byteLength(kept)
    }
    this.#bytes += size
    this.#add({ level: consoleLevels[level] ?? 'log', text: kept, atMs: Math.round(atMs) })
    if (this.#heldBytes >= BATCH_BYTES) this.flush()
  }

  #add(line: LogLine): void {
    if (this.#emitted > 0) {
      this.#emitted--
      return
    }
    if (this.#lines.length === 0) this.#heldSinceMs = performance.now()
    this.#lines.push(line)
    this.#heldBytes += line.text.length + 32
  }

  /** Sends the held lines. */
  flush(): void {
    if (this.#lines.length === 0) return
    this.#send(this.#lines)
    this.#lines = []
    this.#heldBytes = 0
  }

  /** Sends lines that have been held for long. */
  flushOld(): void {
    if (this.#lines.length > 0 && performance.now() - this.#heldSinceMs > HOLD_MS) this.flush()
  }

  /**
   * Returns the held lines instead of sending them. At the end, the marker of the cut comes last.
   */
  takeRest(atMs: number, isEnd: boolean): LogLine[] {
    if (isEnd && this.#truncatedBytes > 0) {
      const text = `… ${this.#truncatedBytes} bytes of logs cut at maxLogBytes ${this.#limitBytes}`
      this.#add({ level: 'warn', text, atMs: Math.round(atMs) })
    }
    const lines = this.#lines
    this.#lines = []
    return lines
  }
}

/** The beginning of a string that takes at most so many bytes as UTF-8; whole characters. */
function cut(text: string, bytes: number): string {
  const buffer = Buffer.from(text)
  let end = Math.max(0, bytes)
  // Continuation bytes are 10xxxxxx: step back to where a character starts.
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end--
  return buffer.toString('utf8', 0, end)
}
