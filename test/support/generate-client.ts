/** Types of a client, as `openapi-typescript` generates them from an OpenAPI document. */

import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

// It needs the API of TypeScript 5, which the compiler of this project has no more; tap brings one.
// As a dependency of our own it would take the name of our `tsc` in `node_modules/.bin`.
const ofTap = createRequire(createRequire(import.meta.url).resolve('@tapjs/test/package.json'))
const typescript5 = pathToFileURL(ofTap.resolve('typescript')).href

registerHooks({
  resolve: (specifier, context, next) => {
    const isItsOwn = context.parentURL?.includes('/node_modules/openapi-typescript/') === true
    return next(specifier === 'typescript' && isItsOwn ? typescript5 : specifier, context)
  },
})

/**
 * The text of a module with the types `paths` and `components`. What has a default may be left out of
 * requests: the generator takes such properties as required unless it is told.
 */
export async function generateTypes(document: string): Promise<string> {
  const { default: generate, astToString } = await import('openapi-typescript')
  return astToString(await generate(document, { defaultNonNullable: false }))
}
