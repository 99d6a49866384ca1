/** Which tool a program calls most, for one that has made too many calls. */

interface Tally {
  count: number
  /** What distinguishes it from others: the input, or its digest. */
  input: string
  /** The last calls that had this input, one after the other. */
  repeats: number
}

/** Counts the calls of each tool, and how often the last input was repeated. */
export class CallTally {
  /** By the index of the tool. */
  #tallies: Tally[] = []

  /** @param input what distinguishes it from others */
  note(tool: number, input: string): void {
    const tally = this.#tallies[tool]
    if (tally === undefined) {
      this.#tallies[tool] = { count: 1, input, repeats: 1 }
      return
    }
    tally.count++
    tally.repeats = tally.input === input ? tally.repeats + 1 : 1
    tally.input = input
  }

  /** One sentence on the tool that was called most; `undefined` when none was called twice. */
  hint(nameOf: (tool: number) => string): string | undefined {
    let most: number | undefined
    // Absent where a tool was not called.
    this.#tallies.forEach(({ count }, tool) => {
      if (most === undefined || count > (this.#tallies[most] as Tally).count) most = tool
    })
    if (most === undefined) return undefined
    const { count, repeats } = this.#tallies[most] as Tally
    if (count < 2) return undefined
    const same =
      repeats === count
        ? 'each time with the same input'
        : repeats > 1
          ? `the last ${repeats} times with the same input`
          : 'each time with another input than the time before'
    const advice =
      repeats > 1 ? 'check what ends the loop around it' : 'work through less in one program'
    return `${nameOf(most)} was called ${count} times, ${same}: ${advice}.`
  }
}
