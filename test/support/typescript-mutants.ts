import fc from 'fast-check'

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[\p{ID_Start}$_#@][\p{ID_Continue}$]*|\d[\w.]*|=>|\.\.\.|\?\.|[\s\S]/gu

/** Pieces of type syntax, and what ends or joins statements around them. */
const PIECES = [
  ...[': T', '?', '!', '?: T', '!: T', '<T>', '<T,>', '<const T extends U>', 'as T', 'as const'],
  ...['satisfies T', 'type A = 1', 'interface I {}', 'declare', 'declare const q: 1', 'abstract'],
  ...['namespace N { type X = 1 }', 'readonly', 'public', 'override', 'static', 'async', 'await'],
  ...['get', 'this: T,', '(', ')', '[', ']', '{', '}', ';', ',', '=>', '=', '\n', '\n', '\n'],
  ...['/* c */', '// c\n', '/*\n*/', 'keyof', 'typeof', 'asserts x', 'x is T', 'new () => T'],
  ...['(x) => void', '{ a: 1 }', 'T[K]', '`a`', '1', 'x', 'implements I', 'extends B<T>', '<', '>'],
  ...['>>', '?.', '.', '...', '| A', '& B', 'function f(): void', 'class C { x: 1 }', 'return'],
  ...['yield', 'if (a)', 'else', 'for (const x of y)', 'in', 'of', 'out', 'is', 'using', 'super'],
  ...['-', '+', '/', '*', '++', '??', 'void', 'x =>', '(x): T =>', 'async <T>(x: T) =>', '<T>x'],
  ...['[k: string]: any', 'constructor(x?)', 'm<T>(x?: T) {}', 'a ? b : c', '? (x) :', 'f<T>()'],
]

/** Sources with one to three of their tokens left out, doubled, swapped or joined by type syntax. */
export const mutantsOf = (sources: readonly string[]): fc.Arbitrary<string> => {
  const change = fc.tuple(fc.nat(7), fc.nat(1_000), fc.nat(1_000))
  const changes = fc.array(change, { minLength: 1, maxLength: 3 })
  return fc.tuple(fc.constantFrom(...sources), changes).map(([source, list]) => {
    const tokens: string[] = [...(source.match(TOKEN) ?? [])]
    for (const [kind, place, choice] of list) mutate(tokens, kind, place, choice)
    return tokens.join('')
  })
}

function mutate(tokens: string[], kind: number, place: number, choice: number): void {
  const at = place % (tokens.length + 1)
  const other = choice % (tokens.length + 1)
  const piece = ` ${PIECES[choice % PIECES.length]} `
  switch (kind) {
    case 0:
      tokens.splice(at, 1)
      return
    case 1:
      tokens.splice(at, 0, tokens[at] ?? '')
      return
    case 2:
      ;[tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? '']
      return
    case 3:
      tokens.splice(at, 0, '\n')
      return
    case 4:
      tokens[at] = piece
      return
    default:
      tokens.splice(at, 0, piece)
  }
}
