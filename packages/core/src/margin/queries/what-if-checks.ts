/** What a question about other orders or positions has to be, before anything is reckoned. */
import type { AccountId } from '../../hierarchy/index.js'
import type { Row } from '../../image/index.js'
import type { Quantity } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { MarginContext } from '../margin.js'

export function checkCarries({ margin }: MarginContext, account: AccountId): void {
  if (!margin.standard.carries(account))
    refuse('order_rejected', 'the account carries no derivatives: its type has no margin for them', {
      data: { reason: 'account_type' },
    })
}

/** No order and no position is of a part of a lot. */
export function checkLots(
  { market }: MarginContext,
  instrument: Row,
  quantity: Quantity,
  field: string,
): void {
  if (quantity % market.instruments.lot.get(instrument) !== 0n)
    refuse('malformed', 'expected a quantity in whole lots', { field })
}
