/** Stands for a secret wherever values are shown. */
export const MASK = '****'
