/** Finds tools for jobs that programs do elsewhere with a shell, the network or files. */

const kinds = {
  shell: /(?:^|[._-])(?:sh|bash|zsh|shell|exec|terminal|command|cmd)(?:$|[._-])/i,
  network: /fetch|http|url|request|curl|download|web|browse/i,
  file: /file|read|write|fs/i,
} as const

/** A job that a tool may do. */
export type ToolKind = keyof typeof kinds

/** The first tool whose name sounds like this kind; `undefined` when there is none. */
export const toolLike = (kind: ToolKind, tools: readonly string[]): string | undefined =>
  tools.find(name => kinds[kind].test(name.replace(/([a-z])([A-Z])/g, '$1_$2')))
