/** What is asked of a second factor, what was given, and what came of it. */
import type { FactorAssignment, FactorToCheck, UserId } from '@stemma/core'

/** What a factor is asked for. */
export interface FactorAsked {
  readonly user: UserId
  /** Null: any factor of the user will do. */
  readonly assignment: FactorAssignment | null
  /** What is to be done, on what, by whom: an answer to a challenge counts for this alone. */
  readonly purpose: string
}

export interface FactorGiven {
  /** Six digits, or the JSON of an assertion. */
  readonly answer: string
  /** Null: none was sent; a code counts without. */
  readonly challenge: string | null
}

/** What the client is told to answer. */
export interface FactorDemand {
  readonly factors: readonly Pick<FactorToCheck, 'kind' | 'name' | 'keyId'>[]
  readonly relyingParty: string
  readonly challenge: string
}

export type FactorFault = 'required' | 'wrong' | 'used' | 'challenge_gone'

export type FactorVerdict =
  | { readonly kind: 'proven' }
  /** No confirmed factor protects this. */
  | { readonly kind: 'none' }
  | { readonly kind: 'locked'; readonly waitSeconds: number }
  | { readonly kind: 'refused'; readonly fault: FactorFault; readonly demand: FactorDemand }
