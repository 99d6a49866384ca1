import type { SyntaxNode } from '../compile/parse/syntax-node.ts'

/** What a step of a program does, as far as it can fail. */
export type OperationKind =
  | 'call'
  | 'construct'
  /** Reads or sets a member. */
  | 'read'
  | 'write'
  /** Reads a variable, or gives it another value. */
  | 'name'
  | 'assign'
  /** Takes an object or an iterable apart, or runs over it. */
  | 'destructure'
  | 'iterate'
  /** An operator, or a template that converts its parts. */
  | 'operate'

/** A step that can fail, with the place that a reader looks for. */
export interface Operation {
  readonly kind: OperationKind
  readonly node: SyntaxNode
  /** Offset in the source at which V8 reports its failure: the called name, the operator. */
  readonly at: number
  /** Offset up to which the engine has read the source when it emits the step. */
  readonly end: number
  /** The member, the variable, or the last name of the callee; absent when it is computed. */
  readonly name?: string | undefined
}

/** A function, a class field or the program itself: code that has a stack frame of its own. */
export interface Scope {
  readonly node: SyntaxNode
  /** As the engine names it in stacks; absent when it has no name. */
  readonly name: string | undefined
  /** Offsets where its frame may be said to be until its first step that has a place of its own. */
  readonly starts: readonly number[]
  /** Its steps without those of scopes within, by {@link Operation.end}. */
  readonly operations: Operation[]
  /** Where the engine notes a place: offsets of the variables that it reads, ascending. */
  readonly marks: number[]
  /** Its `return` statements, and its last statement of all. */
  readonly returns: SyntaxNode[]
  readonly last: SyntaxNode | undefined
  /** Its loops without those of scopes within. */
  readonly loops: SyntaxNode[]
  /** For a class field: the name of its class. */
  readonly fieldOf?: string | undefined
}

/** A class of the source. */
export interface ClassPlace {
  readonly name: string | undefined
  readonly start: number
  readonly isDerived: boolean
  /** Whether its constructor is in the source. */
  readonly hasConstructor: boolean
}

/** The operations of a source that can fail. */
export interface SourceScopes {
  /** What was parsed: the source without its fences, every character where it was. */
  readonly text: string
  /** Outermost first; the first is the program. */
  readonly scopes: readonly Scope[]
  readonly classes: readonly ClassPlace[]
  /** Its `throw` statements, in the order of the tree. */
  readonly throws: readonly SyntaxNode[]
}
