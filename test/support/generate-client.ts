/** Types of a client, as `openapi-typescript` generates them from an OpenAPI document. */

import { registerHooks } from 'node:module'

// It needs the API of TypeScript 5, which the compiler of this project has no more.
registerHooks({
  resolve: (specifier, context, next) => {
    const isItsOwn = context.parentURL?.includes('/node_modules/openapi-typescript/') === true
    return next(specifier === 'typescript' && isItsOwn ? 'typescript-5' : specifier, context)
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
