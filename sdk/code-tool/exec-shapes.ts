/** `exec` and `wait` as the AI SDK and OpenAI's two APIs take them, without importing either. */

import type { AnswerImage } from '../../protocol/answer/answer-images.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import type { StandardSchema } from '../../protocol/schema.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { languageRules } from '../language-rules.ts'
import { EXEC_GRAMMAR, waitJsonSchema } from './exec-source.ts'
import { type AiOutput, aiContent, type ResponsesPart, responsesOutput } from './images.ts'
import { toolNames } from './prompt.ts'
import { type AiCallOptions, type RunOptions, runOptionsOf } from './run-options.ts'

/** The answer to a call, as the model gets it. */
export interface ExecAnswer {
  readonly text: string
  /** The images that the program has given out since the last answer. */
  readonly images: readonly AnswerImage[]
}

/** Longest description of a tool that OpenAI takes. */
const MAX_DESCRIPTION = 1024

/** The description of `exec`. */
export function execDescription(
  language: Language | undefined,
  tools: ToolSet | undefined,
): string {
  const start = `Runs a ${language === 'typescript' ? 'TypeScript' : 'JavaScript'} program that calls tools, as in \`const page = await tools.fetch_page({ url })\`. The input is its source as it is, without quotes and fences; text(value) and image(file) are its output. A first line // @exec: {"yield_time_ms": 10000, "max_output_tokens": 1000} says after how long to answer while it goes on, and how much of the output to give. What goes on is continued by wait.`
  return toolNames(start, tools, MAX_DESCRIPTION)
}

const WAIT_DESCRIPTION =
  'Waits for a program of exec that goes on ("Script running with cell ID …"), and gives its new output, or how it has ended. With terminate it ends the program.'

/** The text for the system message. */
export function execPrompt(
  language: Language | undefined,
  timeZone: string | undefined,
  tools: readonly ToolDescriptor[],
): string {
  return `\
To act, write a program and run it with the tool exec: one program does the work of many tool calls, with variables, loops and conditions between them.

${languageRules(language, timeZone)}
- Each tool is also a member of \`tools\`; \`ALL_TOOLS\` lists their names and descriptions.
- \`text(value)\` adds to the output, \`image(file)\` adds an image; without either the value of the last statement is the output.
- \`store(key, value)\` and \`load(key)\` keep values for later programs; variables and functions stay too. \`exit()\` ends the program.

When exec says that a program goes on, call wait with its cell ID. When a person has to decide first, tell them, and call wait once they have.

The functions that a program finds:

${tools.length === 0 ? 'There are none.' : describeForPrompt(tools)}`
}

/** A call as a model makes it, in any of the APIs. */
export interface ExecCall {
  /** `custom_tool_call` or `function_call` of the Responses API; of Chat Completions its kind. */
  readonly type?: string
  readonly id?: string
  readonly call_id?: string
  readonly name?: string
  /** In a call of the Responses API: the input of a custom tool. */
  readonly input?: string
  readonly arguments?: string
  /** In a call of Chat Completions. */
  readonly custom?: { readonly name: string; readonly input: string }
  readonly function?: { readonly name: string; readonly arguments: string }
}

/** The name and the input of a call; the input of `wait` is parsed. */
export function readCall(call: ExecCall): { readonly name: string; readonly input: unknown } {
  const { name = '', input, arguments: text } = { ...call, ...call.custom, ...call.function }
  if (input !== undefined) return { name, input }
  const read = parsed(text ?? '')
  // A model server without custom tools sends `exec` as a function with one text.
  if (name !== 'exec') return { name, input: read }
  const { input: source, code, source: program } = (read ?? {}) as Record<string, unknown>
  return { name, input: source ?? code ?? program ?? text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The reader of the input says what it expects.
    return undefined
  }
}

/** The tools of the Responses API. */
export type ResponsesExecTools = readonly [
  {
    readonly type: 'custom'
    readonly name: 'exec'
    readonly description: string
    readonly format: ExecFormat
  },
  {
    readonly type: 'function'
    readonly name: 'wait'
    readonly description: string
    readonly parameters: { [keyword: string]: unknown }
    readonly strict: false
  },
]

interface ExecFormat {
  readonly type: 'grammar'
  readonly syntax: 'lark'
  readonly definition: string
}

const format: ExecFormat = { type: 'grammar', syntax: 'lark', definition: EXEC_GRAMMAR }

/** Makes the tools of the Responses API. */
export function responsesExecTools(description: string): ResponsesExecTools {
  return [
    { type: 'custom', name: 'exec', description, format },
    {
      type: 'function',
      name: 'wait',
      description: WAIT_DESCRIPTION,
      parameters: waitJsonSchema,
      strict: false,
    },
  ]
}

/** The tools of Chat Completions. */
export type ChatExecTools = readonly [
  {
    readonly type: 'custom'
    readonly custom: {
      readonly name: 'exec'
      readonly description: string
      readonly format: {
        readonly type: 'grammar'
        readonly grammar: { readonly syntax: 'lark'; readonly definition: string }
      }
    }
  },
  {
    readonly type: 'function'
    readonly function: {
      readonly name: 'wait'
      readonly description: string
      readonly parameters: { [keyword: string]: unknown }
      readonly strict: false
    }
  },
]

/** Makes the tools of Chat Completions. */
export function chatExecTools(description: string): ChatExecTools {
  const grammar = { syntax: 'lark' as const, definition: EXEC_GRAMMAR }
  return [
    { type: 'custom', custom: { name: 'exec', description, format: { type: 'grammar', grammar } } },
    {
      type: 'function',
      function: {
        name: 'wait',
        description: WAIT_DESCRIPTION,
        parameters: waitJsonSchema,
        strict: false,
      },
    },
  ]
}

/** An item of the input of the Responses API that answers a call. */
export interface ExecItem {
  type: 'custom_tool_call_output' | 'function_call_output'
  call_id: string
  output: string | ResponsesPart[]
}

/** The item that answers a call. */
export function outputItem(call: ExecCall, { text, images }: ExecAnswer): ExecItem {
  const isCustom = call.type === 'custom_tool_call' || call.input !== undefined
  return {
    type: isCustom ? 'custom_tool_call_output' : 'function_call_output',
    call_id: call.call_id ?? call.id ?? '',
    output: responsesOutput(text, images),
  }
}

/** A tool of the AI SDK. */
export interface AiExecTool<Input> {
  readonly description: string
  readonly inputSchema: StandardSchema<Input>
  execute(input: Input, options?: AiCallOptions): Promise<ExecAnswer>
  /** The answer as the model gets it: text, and images. */
  toModelOutput(options: { readonly output: ExecAnswer }): AiOutput
}

/** The tools of the AI SDK, by their names; a type, since its sets of tools have an index. */
export type AiExecTools = {
  readonly exec: AiExecTool<{ readonly input: string }>
  readonly wait: AiExecTool<object>
}

/** Makes the tools of the AI SDK, whose inputs are objects. */
export function aiExecTools(
  description: string,
  run: {
    readonly exec: (input: unknown, options: RunOptions) => Promise<ExecAnswer>
    readonly wait: (input: unknown, options: RunOptions) => Promise<ExecAnswer>
  },
): AiExecTools {
  const toModelOutput: AiExecTool<never>['toModelOutput'] = ({ output: { text, images } }) =>
    aiContent(text, images)
  return {
    exec: {
      description,
      inputSchema: anyInput(execJsonSchema),
      execute: ({ input }, options) => run.exec(input, runOptionsOf(options)),
      toModelOutput,
    },
    wait: {
      description: WAIT_DESCRIPTION,
      inputSchema: anyInput(waitJsonSchema),
      execute: (input, options) => run.wait(input, runOptionsOf(options)),
      toModelOutput,
    },
  }
}

const execJsonSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The source of the program, as it is' } },
  required: ['input'],
  additionalProperties: false,
} as const

/** A schema that shows an input and takes any: the tool itself says what is wrong. */
function anyInput<Input>(schema: object): StandardSchema<Input> {
  return {
    '~standard': {
      version: 1,
      vendor: 'latchd',
      validate: value => ({ value: value as Input }),
      // A copy each: the AI SDK writes into it.
      jsonSchema: { input: () => structuredClone(schema), output: () => structuredClone(schema) },
    },
  } as StandardSchema<Input>
}
