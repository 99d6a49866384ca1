/** The epoch of an execution that was submitted and never claimed. */
export const FIRST_EPOCH = 1
