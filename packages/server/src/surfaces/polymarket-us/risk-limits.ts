/** The risk limits of an account as the venue shows them (section 5.5): the one place where they are read and named. */
import type { ParticipantAccount } from '@stemma/core'

/** Those of the account's record; without any the object is empty. */
export function riskLimitsShown({ attributes }: Pick<ParticipantAccount, 'attributes'>): object {
  const { riskLimits } = attributes as { readonly riskLimits?: unknown }
  return typeof riskLimits === 'object' && riskLimits !== null ? riskLimits : {}
}
