/** How an order hangs together with others. */
import type { Id } from '../../image/index.js'
import type { Quantity } from '../../money/index.js'

export const LINK_KINDS = [
  'one_triggers_other',
  'one_cancels_other',
  'one_triggers_one_cancels_other',
] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** When a fill counts: any of it, all of it, or each part with a part of the others. */
export const FILL_CONDITIONS = ['first_hit', 'complete_fill', 'incremental'] as const
export type FillCondition = (typeof FILL_CONDITIONS)[number]

/** How an order hangs together with others. */
export type Link = {
  readonly kind: LinkKind
  readonly condition: FillCondition
  /** The first of them, which may be this one. */
  readonly primary: Id<'order'>
  /** Those that it triggers. */
  readonly triggers: readonly Id<'order'>[]
  /** Those that end when it is filled or ends. */
  readonly cancels: readonly Id<'order'>[]
  /** What was asked of it in all, where parts of it are triggered on their own. */
  readonly asked: Quantity
  /** Whether it still waits for its primary. */
  readonly isWaiting: boolean
}
