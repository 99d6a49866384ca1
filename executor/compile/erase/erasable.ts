import { Refusal } from '../parse/source-error.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'

/** TypeScript that is more than types: it would have to be turned into code. */
const REFUSED: Record<string, { what: string; hint: string }> = {
  TSModuleDeclaration: { what: 'namespace', hint: 'Use an object literal.' },
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
      return (node.body as SyntaxNode[]).every(one => isTypeStatement(one) && !isSignature(one))
    default:
      return false
  }
}

/** Whether a statement is a function without a body, which counts as a value in a namespace. */
const isSignature = ({ type, declaration }: SyntaxNode): boolean =>
  type === 'TSDeclareFunction' || (isNode(declaration) && declaration.type === 'TSDeclareFunction')

/** @throws {Refusal} when a node is TypeScript that cannot be erased */
export function refuseUnlessErasable(node: SyntaxNode): void {
  const refused = REFUSED[node.type]
  if (refused) throw unsupported(node, refused.what, refused.hint)
  if (node.accessor === true) {
    throw unsupported(node, 'auto-accessor (`accessor`)', 'Write a getter and a setter.')
  }
  if (node.type === 'TSTypeCastExpression') throw misplaced(node.typeAnnotation as SyntaxNode)
}

/** The refusal of a type that the plug-in reads where the language has none. */
export const misplaced = (type: SyntaxNode): Refusal =>
  new Refusal(type.start, 'A type cannot stand here')

/** @throws {Refusal} for `for (const a: T of b)` */
export function refuseLoopType(left: SyntaxNode): void {
  if (left.type !== 'VariableDeclaration') return
  for (const { id } of left.declarations as SyntaxNode[]) {
    if (isNode(id) && isNode(id.typeAnnotation)) throw misplaced(id.typeAnnotation)
  }
}

/** @throws {Refusal} for an operator on types in a parameter, like `(a as T) => a` */
export function refuseOperators(pattern: SyntaxNode): void {
  switch (pattern.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      throw misplaced(pattern)
    case 'AssignmentPattern':
      refuseOperators(pattern.left as SyntaxNode)
      return
    case 'RestElement':
      refuseOperators(pattern.argument as SyntaxNode)
      return
    case 'Property':
      refuseOperators(pattern.value as SyntaxNode)
      return
    case 'ObjectPattern':
    case 'ArrayPattern':
      for (const part of (pattern.properties ?? pattern.elements) as (SyntaxNode | null)[]) {
        if (part) refuseOperators(part)
      }
  }
}

const unsupported = (node: SyntaxNode, what: string, hint: string): Refusal =>
  new Refusal(node.start, `A TypeScript ${what} is not supported`, hint)
