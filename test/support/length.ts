/** Whether a run has the long form of tests that have one: `TEST_LENGTH=long`, as `npm run tests:long` sets it. */

const wanted = process.env.TEST_LENGTH ?? 'short'
if (wanted !== 'short' && wanted !== 'long') throw new Error('TEST_LENGTH is short or long')

export const isLong = wanted === 'long'

/** Every third row of a table, and all rows in the long form. */
export const rowsOf = <Row>(table: readonly Row[]): readonly Row[] =>
  isLong ? table : table.filter((_, i) => i % 3 === 0)
