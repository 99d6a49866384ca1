/** Writes docs/limits.md from protocol/limits.ts. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { limitNames, limitTable } from '../../protocol/limits.ts'

const guide = resolve(import.meta.dirname, '../../docs/limits.md')

const head = `# Limits

<!-- Written by test/spec/generate-limits.ts from protocol/limits.ts. -->

Each execution runs under these limits.
A request names others in \`limits\`, each up to its ceiling.
An execution that exceeds one ends with \`LIMIT_EXCEEDED\`, and \`error.limit\` is the name; where the note says that it is thrown in the guest, the program may catch it and go on.
`

const tail = `
A request may ask for less of \`maxJournalBytes\` on a small machine: one journal has at most a quarter of the heap that V8 gives the daemon, and an eighth of the memory of the machine or its control group, but always the default.
`

const number = (value: number) => value.toLocaleString('en-US').replaceAll(',', ' ')

/** The document as it should be. */
export function limitsGuide(): string {
  const rows = limitNames.map(name => {
    const { default: byDefault, floor, ceiling, unit, note } = limitTable[name]
    const cells = [`\`${name}\``, number(byDefault), number(floor), number(ceiling), unit, note]
    return `| ${cells.join(' | ')} |`
  })
  const titles =
    '| limit | default | least | most | unit | what it bounds |\n| --- | --- | --- | --- | --- | --- |'
  return `${head}\n${titles}\n${rows.join('\n')}\n${tail}`
}

if (import.meta.main) writeFileSync(guide, limitsGuide())
