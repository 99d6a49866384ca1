/** `latchd/protocol`: shapes, limits, errors and events. */

export * from './approval.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './execution.ts'
export * from './executor.ts'
export * from './limits.ts'
export * from './outcome.ts'
export * from './schema.ts'
export * from './session.ts'
export { ExecutorSession } from './session-handle.ts'
export * from './tool.ts'
export { decodeExact, decodeValue, encodeValue } from './values.ts'
