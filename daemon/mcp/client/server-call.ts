/** How calls of servers fail without an answer. */

/** A call that its server cannot have seen. */
export class NotSent extends Error {}

/** A call whose connection was lost before its answer: it may have run. */
export class LostCall extends Error {}
