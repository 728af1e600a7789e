/** Moves of positions as far as they still count in the week of their main account. */
import type { AccountId } from '../../hierarchy/index.js'
import { type Id, ref, time } from '../../image/index.js'

export type MoveId = Id<'move'>

export const moveFields = {
  /** The main account that both sides belong to. */
  main: ref<AccountId>(),
  movedAt: time(),
}
