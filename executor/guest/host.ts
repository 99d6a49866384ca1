/**
 * The one function through which the prelude reaches its worker.
 *
 * It takes an operation, a number and a text, and answers with a number or a text; it never throws
 * and never sees a guest object. The worker puts it on the global object while the prelude loads;
 * this module takes it away from there, so that no program finds it.
 */

import { HOST_GLOBAL } from './host-names.ts'
import { reflectDeleteProperty } from './primordials.ts'

type HostFunction = (operation: number, number: number, text: string) => unknown

const given = (globalThis as Record<string, unknown>)[HOST_GLOBAL] as HostFunction
reflectDeleteProperty(globalThis, HOST_GLOBAL)

/** Asks the worker for something that is answered with a text. */
export const askText = given as (operation: number, number: number, text: string) => string
/** Asks the worker for something that is answered with a number. */
export const askNumber = given as (operation: number, number: number, text: string) => number
