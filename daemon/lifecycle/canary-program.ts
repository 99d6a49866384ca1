/** A program that tests whether programs run; its output must be `expected`. */
export const canaryProgram = {
  // Computes, waits for a tool, and returns a value: every part that a program needs.
  source: 'const parts = [1, 2, 3].map(n => n * 2); sleep(1); parts.join("+")',
  expected: '2+4+6',
} as const
