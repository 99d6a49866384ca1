/** Which languages this installation runs: some need a package that is optional. */

import type { LatchdError } from '../../protocol/errors.ts'
import { Language } from '../../protocol/execution/execution.ts'
import { hasPackage, notInstalled } from './cpython/package-files.ts'

/** Why programs in a language cannot run here; `undefined`: they can. */
export const languageRefusal = (language: Language): LatchdError | undefined =>
  language === 'python' && !hasPackage() ? notInstalled() : undefined

/** The languages whose programs run here. */
export const installedLanguages = (): Language[] =>
  Language.options.filter(one => languageRefusal(one) === undefined)
