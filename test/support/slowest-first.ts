/** The order of the test files, in which no long one is left alone at the end. */

/** The files that take longest, the longest first: fourteen seconds and more each. */
export const longest = [
  'test/spec/store.test.ts',
  'test/spec/drill.test.ts',
  'test/spec/worker-loss.test.ts',
  'test/escape/forged-messages.test.ts',
  'test/spec/isolation.test.ts',
  'test/spec/hostile-programs.test.ts',
  'test/spec/cli.test.ts',
  'test/escape/sealed-realm.test.ts',
]

/** Gives the files that take long first, then the others as they come. */
export function slowestFirst(files: readonly string[]): string[] {
  const among = new Set(files)
  const first = longest.filter(file => among.has(file))
  return [...first, ...files.filter(file => !first.includes(file))]
}
