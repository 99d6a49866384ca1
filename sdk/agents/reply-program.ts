/** Finds the program in a model's reply. */

import { closesFence, languageOfTag, OPENING_FENCE } from '../../protocol/execution/code-fence.ts'
import type { Language } from '../../protocol/execution/execution.ts'

/** The languages that an agent may ask for. */
type ProgramLanguage = 'javascript' | 'python'

/** A reply's request: a program, or none. */
export type ReplyProgram =
  | {
      readonly kind: 'program'
      readonly source: string
      readonly language: Language
      /** The model's text before the program. */
      readonly thought: string
      /** Other code blocks, which are not run: the model has not seen yet what the program does. */
      readonly laterBlocks: number
    }
  | { readonly kind: 'none'; readonly thought: string; readonly problem: string }

interface Block {
  readonly tag: string
  readonly source: string
  readonly isClosed: boolean
  /** Index of the fence in the reply. */
  readonly at: number
}

const pythonTags = new Set(['python', 'py', 'python3', 'py3'])

/** A block without a tag is in the language that the agent asks for. */
function languageOf({ tag }: Block, wanted: ProgramLanguage): Language | undefined {
  if (wanted === 'python') return tag === '' || pythonTags.has(tag) ? 'python' : undefined
  return tag === '' ? 'javascript' : languageOfTag(tag)
}

/**
 * Reads a reply. The program is its first code block with the tag of JavaScript or TypeScript, else
 * its first one without a tag. A reply that is only a program needs no block.
 *
 * @param isCutOff the reply ends at the model's length limit
 * @param wanted the language that the agent asks for
 */
export function readProgram(
  reply: string,
  isCutOff = false,
  wanted: ProgramLanguage = 'javascript',
): ReplyProgram {
  const text = withoutThinking(reply)
  const blocks = codeBlocks(text)
  const ours = blocks.filter(block => languageOf(block, wanted) !== undefined)
  // A tagged block is the program, even after an untagged one.
  const first = ours.find(({ tag }) => tag !== '') ?? ours[0]
  if (first === undefined) {
    if (blocks.length === 0 && !isCutOff && isBareProgram(text, wanted)) {
      const source = text.trim()
      return { kind: 'program', source, language: wanted, thought: '', laterBlocks: 0 }
    }
    return { kind: 'none', thought: text.trim(), problem: whyNone(blocks[0], isCutOff, wanted) }
  }
  const thought = text.slice(0, first.at).trim()
  if (!first.isClosed && isCutOff) return { kind: 'none', thought, problem: cutOff }
  if (first.source.trim() === '') {
    return { kind: 'none', thought, problem: 'The code block of the reply is empty.' }
  }
  const language = languageOf(first, wanted) as Language
  return { kind: 'program', source: first.source, language, thought, laterBlocks: ours.length - 1 }
}

const cutOff =
  'The reply was cut off at the length limit of the model, so it holds no whole program. Write a shorter one.'

function whyNone(block: Block | undefined, isCutOff: boolean, wanted: ProgramLanguage): string {
  if (isCutOff) return cutOff
  if (block === undefined) return 'The reply holds no program.'
  const languages = wanted === 'python' ? 'Python' : 'JavaScript or TypeScript'
  return `The reply holds a code block in ${block.tag}; programs are ${languages}.`
}

/**
 * A reply without the thoughts in front. Reasoning models without a field for thoughts put them
 * there: code in them is not a program, and services do not want to read them again.
 */
export function withoutThinking(reply: string): string {
  return reply.replace(/^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/, '')
}

function codeBlocks(text: string): Block[] {
  const blocks: Block[] = []
  let open: { tag: string; fence: string; at: number; lines: string[] } | undefined
  let at = 0
  for (const line of text.split('\n')) {
    if (open === undefined) {
      const [, fence, tag = ''] = OPENING_FENCE.exec(line.trimEnd()) ?? []
      if (fence !== undefined) open = { tag: tag.toLowerCase(), fence, at, lines: [] }
    } else if (closesFence(line, open.fence)) {
      blocks.push({ tag: open.tag, source: open.lines.join('\n'), isClosed: true, at: open.at })
      open = undefined
    } else open.lines.push(line)
    at += line.length + 1
  }
  // A model that stops where the block ends leaves the closing fence out.
  if (open !== undefined) {
    blocks.push({ tag: open.tag, source: open.lines.join('\n'), isClosed: false, at: open.at })
  }
  return blocks
}

/** Begins and ends as a program does and prose does not. */
function isBareProgram(text: string, wanted: ProgramLanguage): boolean {
  const trimmed = text.trim()
  if (wanted === 'python') {
    const start =
      /^(?:(?:import|from|def|async def|class|for|if|while|with|try) ?[\w:(]|\w+ = |(?:final_answer|print)\()/
    return start.test(trimmed) && /[)\]}\w"']$/.test(trimmed) && /[=(:]/.test(trimmed)
  }
  return (
    /^(?:(?:const|let|var|function|async|class) +[\w$[{]|(?:final_answer|print|console\.\w+|for|if|while) *\(|try *\{)/.test(
      trimmed,
    ) && /[;)}]$/.test(trimmed)
  )
}
