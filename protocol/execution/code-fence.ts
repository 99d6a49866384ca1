/** Code blocks of Markdown: their fences, and the language that the tag of a fence names. */

import type { Language } from './execution.ts'

/** The line of an opening fence: the fence, then its tag. An info string holds no backtick. */
export const OPENING_FENCE: RegExp = /^[ \t]*(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/

/** Whether a line closes the code block that a fence has opened. */
export function closesFence(line: string, fence: string): boolean {
  const run = line.trim()
  return run.length >= fence.length && run === fence.charAt(0).repeat(run.length)
}

const languages: Readonly<Record<string, Language>> = {
  js: 'javascript',
  javascript: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  node: 'javascript',
  ts: 'typescript',
  typescript: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescript',
}

/** The language that a tag in lower case names; absent: the tag is empty or names another one. */
export const languageOfTag = (tag: string): Language | undefined =>
  Object.hasOwn(languages, tag) ? languages[tag] : undefined
