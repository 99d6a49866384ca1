/** What the person of the examples thinks of what the programs ask. */

import type { Approval, Decision } from '../../index.ts'

/** More than this is too much for a refund, and for what is bought. */
const MOST_REFUNDED = 100
const MOST_PAID = 80

export function decide({ tool, input }: Approval): Decision {
  if (tool === 'refund') {
    const { amount } = input as { amount: number }
    return amount <= MOST_REFUNDED
      ? { decision: 'approve' }
      : { decision: 'reject', reason: `${amount} is too much` }
  }
  const { details } = input as { details?: { offers?: readonly number[] } }
  const price = details?.offers?.at(-1)
  if (price === undefined || price <= MOST_PAID) return { decision: 'approve' }
  return { decision: 'reject', reason: 'cheaper, please' }
}
