/** zod without its messages in other languages. */

import type { Plugin } from 'rolldown'

const ID = '\0one-locale'

/**
 * zod exports its translations as one object, so that no bundler can leave any of them out: 130 KB that
 * each isolate would read and keep. Nobody here chooses another language than English.
 */
export function oneLocale(): Plugin {
  return {
    name: 'one-locale',
    resolveId: source => (source === '../locales/index.js' ? ID : undefined),
    load: id => (id === ID ? `export { default as en } from 'zod/v4/locales/en.js'\n` : undefined),
  }
}
