/**
 * Self-match prevention: which resting orders an order must not trade with, and what happens instead. An order with a
 * self-match prevention id of its own is kept from those of the same participant and id (polymarket-us section 4.7). One
 * without is kept from its own account, or from every account of the same main account, as the account says; accounts
 * that carry derivatives refuse the incoming order unless they say otherwise (deribit section 6.5).
 */
import type { AccountType, Attributes, Hierarchy } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import { SELF_MATCH_INSTRUCTIONS, type SelfMatchInstruction } from './fields.js'
import type { Order } from './order.js'
import type { TradingContext } from './trading.js'

/** What an account says for orders that say nothing. */
export interface SelfMatchDefault {
  /** Null: it may trade with itself. */
  readonly instruction: SelfMatchInstruction | null
  /** Whether the accounts of the same main account count as its own. */
  readonly isOfMain: boolean
}

/** From the account's attributes `selfMatchInstruction` (an instruction, or `none`) and `selfMatchExtended`. */
export function selfMatchDefault(type: AccountType, attributes: Attributes): SelfMatchDefault {
  const { selfMatchInstruction: said, selfMatchExtended } = attributes
  const known = SELF_MATCH_INSTRUCTIONS.find((instruction) => instruction === said) ?? null
  const isDerivative = type === 'segregated_standard' || type === 'cross_standard'
  return {
    instruction: known ?? (isDerivative && said !== 'none' ? 'reject_aggressor' : null),
    isOfMain: selfMatchExtended === true,
  }
}

export interface SelfMatch {
  readonly instruction: SelfMatchInstruction
  isOwn(resting: Row): boolean
}

/** What holds for an order; null where it may trade with everybody. */
export function selfMatchOf({ trading, hierarchy }: TradingContext, order: Order): SelfMatch | null {
  const { orders } = trading
  const { selfMatchId, selfMatchInstruction } = order.terms
  if (selfMatchId !== null)
    return {
      instruction: selfMatchInstruction ?? 'reject_aggressor',
      isOwn: (row) =>
        orders.user.get(row) === order.user && orders.terms.get(row).selfMatchId === selfMatchId,
    }
  const { accounts } = hierarchy
  const account = accounts.row(order.account)
  const { instruction, isOfMain } = selfMatchDefault(
    accounts.type.get(account),
    accounts.attributes.get(account),
  )
  if (instruction === null) return null
  const main = mainOf(hierarchy, account)
  return {
    instruction,
    isOwn: (row) => {
      const other = orders.account.get(row)
      return other === order.account || (isOfMain && mainOf(hierarchy, accounts.row(other)) === main)
    },
  }
}

const mainOf = ({ accounts }: Hierarchy, row: Row): number => accounts.main.get(row) ?? accounts.id(row)
