/** A program that is run to see whether programs run; it has to give `expected`. */
export const canaryProgram = {
  // Computes, waits for a tool, and gives a value: every part that a program needs.
  source: 'const parts = [1, 2, 3].map(n => n * 2); sleep(1); parts.join("+")',
  expected: '2+4+6',
} as const
