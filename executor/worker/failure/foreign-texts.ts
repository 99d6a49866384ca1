/** Recognizes texts that models send in place of a program, and hints at the right form. */

import { toolLike } from './tool-like.ts'

const COMMANDS =
  'cd ls cat echo grep curl wget git npm npx pnpm yarn pip pip3 python python3 node mkdir rmdir rm cp mv ' +
  'sudo export find sed awk chmod chown touch tail head docker make bash sh zsh apt apt-get brew ' +
  'kubectl ssh scp tar which source ps kill df du whoami pwd env uname set'

const commands = new Set(COMMANDS.split(' '))

/** What follows a word where it begins JavaScript and no shell command. */
const NO_ARGUMENTS = /^ +(?:(?:in|instanceof)\b|[+%^] |[!<=>]=)/
/** The same after `export`, which begins a statement of modules as well. */
const NO_NAMES =
  /^ +(?:[{*]|(?:abstract|as|async|class|const|declare|default|enum|function|import|interface|let|module|namespace|type|var)(?![\w=]))/

/** Lines that only Python has. */
const PYTHON =
  /^[ \t]*(?:(?:async )?def \w+\(.*\)[^{]*:|class \w+(?:\(.*\))?:|from [\w.]+ import |import [\w.]+(?: as \w+)?(?:, *[\w.]+)*[ \t]*$|(?:if|elif|for|while|with|except|try|else|finally)\b[^{?]*:[ \t]*(?:#.*)?$|print\(f["']|# \w.*\n[ \t]*\w+ = )/m

const JSX_OPEN = /(?:\breturn|[=(,:?&|>])\s*<(?:[A-Za-z][\w.]*[\s/>]|>)/
const JSX_CLOSE = /<\/[A-Za-z]?[\w.]*>|\/>/

const DIFF =
  /^(?:@@ .* @@|diff --git |--- a\/|\+\+\+ b\/|<{7} |>{7} |={7}$|\*\*\* (?:Begin Patch|Update File|Add File))/m
const ENTITY = /&(?:lt|gt|amp|quot|apos|nbsp|#\d+|#x[\da-f]+);/i
const NUMBERED = /^\s*\d+\s*(?:[|:→\t]|\s{2,})/
/** Words with spaces between them and nothing of code. */
const PROSE = /^(?:[A-Z][\w’']*|I)(?:,? [\w’'-]+){2,}[^;{}()=]*$/

const linesOf = (source: string) => source.split(/\r\n|[\n\r]/).filter(line => line.trim() !== '')

/** The name of the command when a source begins as a shell script does. */
export function shellCommand(source: string): string | undefined {
  const [first = ''] = linesOf(source).filter(line => !/^\s*#(?!!)/.test(line))
  if (/^#!.*\b(?:ba|z|da)?sh\b/.test(first)) return 'sh'
  const [, dollar, word = '', rest = ''] = /^\s*(\$ )?([\w.-]+)(.*)$/.exec(first) ?? []
  if (dollar !== undefined) return word
  if (!commands.has(word) || NO_ARGUMENTS.test(rest)) return undefined
  if (word === 'export' && NO_NAMES.test(rest)) return undefined
  return rest === '' || /^ +[^=(\s.?]/.test(rest) ? word : undefined
}

/** The hint for a shell script. */
export function shellHint(tools: readonly string[]): string {
  const tool = toolLike('shell', tools)
  const instead =
    tool === undefined
      ? 'no tool here runs commands, so do it in JavaScript with the tools that are there'
      : `give it to the tool as a text, ${tool}('…')`
  return `This is a shell command and programs are JavaScript: ${instead}.`
}

/** A hint that names the kind of the text; `undefined` when it looks like a program. */
export function foreignHint(
  source: string,
  line: string,
  tools: readonly string[],
): string | undefined {
  const lines = linesOf(source)
  const share = (pattern: RegExp) =>
    lines.filter(one => pattern.test(one)).length / Math.max(1, lines.length)
  if (shellCommand(source) !== undefined) return shellHint(tools)
  if (DIFF.test(source) || (lines.length > 1 && share(/^[+-](?![+-])/) > 0.6)) {
    return 'This is a diff: send the program itself, without the lines and marks that a diff adds.'
  }
  if (share(NUMBERED) > 0.6) {
    return 'The lines begin with numbers that are not part of the program: send it without them.'
  }
  if (PYTHON.test(source)) {
    return 'This is Python and programs are JavaScript: use const and let, braces around blocks, and call the tools as functions.'
  }
  if (JSX_OPEN.test(source) && JSX_CLOSE.test(source)) {
    return 'JSX is not part of the language here: write markup as a text in quotes or back-ticks.'
  }
  if (ENTITY.test(line)) {
    return `The source has HTML entities such as ${ENTITY.exec(line)?.[0]}: send the characters that they stand for.`
  }
  if (PROSE.test(line.trim())) {
    return 'This line is prose: send JavaScript alone, and put remarks into // comments.'
  }
  return undefined
}
