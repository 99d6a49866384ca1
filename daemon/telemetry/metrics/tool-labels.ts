/** How many tools of the daemon have a series of their own. */
export const MAX_TOOL_LABELS = 200

/** The label of all tools without a label of their own. */
export const OTHER_TOOLS = 'other'

/**
 * Names of tools as labels of metrics: those of the daemon, up to a bound; all others are {@link
 * OTHER_TOOLS}. So a client with tools can neither fill the memory with series nor show its names
 * to callers that may only read.
 */
export class ToolLabels {
  #isOwn: (name: string) => boolean
  #labels = new Set<string>()

  /** @param isOwn whether the daemon itself has a tool of this name */
  constructor(isOwn: (name: string) => boolean) {
    this.#isOwn = isOwn
  }

  of(tool: string): string {
    if (this.#labels.has(tool)) return tool
    if (this.#labels.size >= MAX_TOOL_LABELS || !this.#isOwn(tool)) return OTHER_TOOLS
    this.#labels.add(tool)
    return tool
  }
}
