/** The methods of `console` that write lines. Strings only: the guest loads this file. */

/** Levels of console lines, in the order that `HostOperation.log` of the guest counts them. */
export const consoleLevels = ['log', 'info', 'warn', 'error', 'debug'] as const
