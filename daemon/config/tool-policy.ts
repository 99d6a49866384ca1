/** The rules about calls of tools as they are configured. */

import { z } from 'zod'
import { type PolicyRule, policyActions } from '../auth/tool-policy.ts'
import { jsonFromText } from './json-text.ts'
import { type ValueKind, valueKind } from './value-kind.ts'

/** A list of rules, of which the first that fits counts. */
export const PolicyRules = z.array(
  z.strictObject({
    tools: z.array(z.string().min(1)).min(1),
    action: z.enum(policyActions),
  }),
)

/** The expected form, for messages. */
export const policyText = `a list of {tools: [patterns], action}, with action one of ${policyActions.join(', ')}`

/** {@link PolicyRules} of the whole daemon; JSON in text. */
export const toolPolicyRules: ValueKind<readonly PolicyRule[]> = valueKind({
  schema: PolicyRules,
  allowed: policyText,
  fromText: jsonFromText,
})
