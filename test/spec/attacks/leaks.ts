/** Secrets of every origin, and a module whose tools tell all they know. */

/** What must not be told. The tools below plant each wherever a tool can say something. */
export const canaries = {
  variable: 'canary-of-a-variable-1f6b',
  url: 'canary-of-a-url-2c9d',
  token: 'canary-of-a-token-3e07',
  fileToken: 'canary-of-a-token-in-a-file-9b26',
  model: 'canary-of-a-model-6a40',
  webhook: 'Y2FuYXJ5LW9mLXdlYmhvb2tzLTRhNTE=',
  module: 'canary "of" a module\\5d88',
}

/** What stands behind the name of each tool: its code, and more of its definition. */
const leaks: Readonly<Record<string, string>> = {
  throws: `() => { throw Object.assign(new Error('no login with ' + said), { name: 'No ' + all[0], code: all[1] }) }`,
  throws_text: '() => { throw said }',
  throws_at_the_cut: `() => { throw new Error('x'.repeat(16384 - 12) + all[0]) }`,
  throws_json: '() => { throw new Error(JSON.stringify({ body: JSON.stringify({ all }) })) }',
  throws_url: `() => { throw new Error('GET https://e.com/?' + all.map(encodeURIComponent)) }`,
  throws_many: '() => { throw new AggregateError([new Error(said)], said) }',
  rejects_input: '() => 0, { inputSchema: schema }',
  rejects_output: '() => ({ x: said }), { outputSchema: schema }',
  progresses: `(_, context) => {
    context.progress({ [all[0]]: all, text: said, error: new Error(said) })
    return 'done'
  }`,
  gives: `() => ({
    all, [all[0]]: 1, map: new Map([[all[1], new Set(all)]]), error: new Error(said, { cause: all }),
    url: new URL('https://e.com/' + all[0]), when: new Date(5), big: 12n, bytes: new Uint8Array(9),
  })`,
  streams: `async function* () { yield all; yield 'clean'; throw new Error(said) }`,
}

export const leakNames: readonly string[] = Object.keys(leaks)

/** The module: it finds the canaries in its variable `LEAKS`. */
export const leakingTools = `
const canaries = JSON.parse(process.env.LEAKS)
const all = Object.values(canaries)
const said = all.join(' and ')
export const secrets = [canaries.module]
const tool = (name, execute, more) => ({ name, description: '', execute, ...more })
const schema = { type: 'object', properties: { x: { enum: all } }, required: ['x'] }
export default [${Object.entries(leaks).map(([name, code]) => `tool('${name}', ${code})`)}]
`
