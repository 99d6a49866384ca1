/**
 * The host's errors that a call throws in the guest: the name of the class by its code. Each class
 * is a global there, a subclass of `Error`. The guest loads this file: no imports.
 */
export const guestErrorNames = {
  TOOL_INPUT_INVALID: 'ToolInputError',
  TOOL_TIMEOUT: 'ToolTimeoutError',
  TOOL_LIMIT_EXCEEDED: 'ToolLimitError',
  TOOL_UNAVAILABLE: 'ToolUnavailableError',
  APPROVAL_REJECTED: 'ApprovalRejectedError',
  APPROVAL_EXPIRED: 'ApprovalExpiredError',
  CALL_INTERRUPTED: 'CallInterruptedError',
} as const
