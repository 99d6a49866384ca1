/** The operator's rules for calls of tools: made at once, made after an approval, or refused. */

import type { ToolAnnotations } from '../../protocol/tool/wire-tool.ts'
import { nameMatcher } from '../base/name-patterns.ts'

/** What happens to a call, from the mildest to the strictest. */
export const policyActions = ['allow', 'ask', 'deny'] as const
/** One of {@link policyActions}. */
export type PolicyAction = (typeof policyActions)[number]

/** One rule: the first one of a list with a pattern that fits a tool counts. */
export interface PolicyRule {
  /** Patterns of names of tools, `*` for any text. */
  readonly tools: readonly string[]
  readonly action: PolicyAction
}

/** The part of a tool that a policy looks at. */
export interface GovernedTool {
  readonly name: string
  readonly annotations: ToolAnnotations
}

/** Decides about a tool; `undefined` when no rule speaks of it. */
export type ToolPolicy = (tool: GovernedTool) => PolicyAction | undefined

/**
 * Reads rules.
 *
 * What a tool says of itself only tightens a rule: one that a rule with a `*` allows is asked about
 * when it calls itself destructive. A rule with its whole name allows it.
 *
 * @param prefix what names in the rules may leave out at their beginning, such as `server.`
 */
export function toolPolicy(rules: readonly PolicyRule[], prefix = ''): ToolPolicy {
  const read = rules.map(({ tools, action }) => ({
    matches: nameMatcher(tools),
    action,
    exact: new Set(tools),
  }))
  return ({ name, annotations }) => {
    const short = prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name
    const rule = read.find(({ matches }) => matches(name) || matches(short))
    if (rule?.action !== 'allow' || annotations.destructive !== true) return rule?.action
    return rule.exact.has(name) || rule.exact.has(short) ? 'allow' : 'ask'
  }
}

/** The strictest of what several policies say; `undefined` when none speaks of the tool. */
export function strictest(
  actions: readonly (PolicyAction | undefined)[],
): PolicyAction | undefined {
  return policyActions.findLast(action => actions.includes(action))
}
