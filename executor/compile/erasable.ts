import { Refusal } from './source-error.ts'
import { isNode, type SyntaxNode } from './syntax-node.ts'

/** TypeScript that is more than types: it would have to be turned into code. */
const REFUSED: Record<string, { what: string; hint: string }> = {
  TSEnumDeclaration: { what: 'enum', hint: 'Use an object literal with `as const`.' },
  TSModuleDeclaration: { what: 'namespace', hint: 'Use an object literal.' },
  TSParameterProperty: {
    what: 'parameter property',
    hint: 'Declare the field in the class and assign it in the constructor.',
  },
  Decorator: { what: 'decorator', hint: 'Call the function yourself.' },
  TSImportEqualsDeclaration: { what: '`import =`', hint: 'Use a const.' },
  TSExportAssignment: { what: '`export =`', hint: 'Return the result.' },
  TSNamespaceExportDeclaration: { what: '`export as namespace`', hint: 'Return the result.' },
}

/** Whether a statement is types only. */
export function isTypeStatement(node: SyntaxNode): boolean {
  if (node.declare) return true
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSDeclareFunction':
      return true
    case 'ExportNamedDeclaration':
      return isNode(node.declaration) && isTypeStatement(node.declaration)
    case 'TSModuleDeclaration':
      return isNode(node.body) && isTypeStatement(node.body)
    case 'TSModuleBlock':
      return (node.body as SyntaxNode[]).every(isTypeStatement)
    default:
      return false
  }
}

/** @throws {Refusal} when a node is TypeScript that cannot be erased */
export function refuseUnlessErasable(node: SyntaxNode): void {
  const refused = REFUSED[node.type]
  if (refused) {
    const what = node.type === 'TSEnumDeclaration' && node.const ? 'const enum' : refused.what
    throw unsupported(node, what, refused.hint)
  }
  if (node.accessor === true) {
    throw unsupported(node, 'auto-accessor (`accessor`)', 'Write a getter and a setter.')
  }
}

const unsupported = (node: SyntaxNode, what: string, hint: string): Refusal =>
  new Refusal(node.start, `A TypeScript ${what} is not supported: only types can be erased`, hint)
