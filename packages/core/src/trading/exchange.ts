/**
 * What the two sides of a trade give each other: money for what is paid at once, one currency for the other in a pair, and
 * nothing where a kind is paid by session. Each currency is a posting of its own and sums to zero.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { EntryType, PostedEntry } from '../ledger/index.js'
import { type Amount, amount, type CurrencyCode, negate, type Quantity, ZERO } from '../money/index.js'
import { kindRules } from './kinds/kind-rules.js'
import type { TradingContext } from './trading.js'
import { recordUnsettled } from './unsettled.js'

interface Exchange {
  readonly instrument: Row
  readonly buyer: AccountId
  readonly seller: AccountId
  /** Below zero where a trade is taken back. */
  readonly quantity: Quantity
  readonly notional: Amount
}

/** The entries of either side. */
export interface Exchanged {
  readonly buyer: readonly PostedEntry[]
  readonly seller: readonly PostedEntry[]
}

/** Fills are never unwound for want of money: what they cost was reserved before. */
export function exchange(context: TradingContext, type: EntryType, given: Exchange): Exchanged {
  const { market, ledger } = context
  const { instrument, buyer, seller, quantity, notional } = given
  const received: [CurrencyCode, Amount][] = []
  switch (kindRules(market.instruments.kind.get(instrument)).paid) {
    case 'by_session':
      return { buyer: [], seller: [] }
    case 'at_once':
      received.push([market.instruments.currency.get(instrument), negate(notional)])
      break
    case 'exchanged': {
      const base = market.pairs.base(instrument)
      if (base === null) throw new Error('expected a pair to have a base')
      received.push([base, market.pairs.baseAmount(instrument, quantity)])
      received.push([market.instruments.currency.get(instrument), negate(notional)])
    }
  }
  const entries: { buyer: PostedEntry[]; seller: PostedEntry[] } = { buyer: [], seller: [] }
  for (const [currency, bought] of received) {
    if (bought === ZERO) continue
    const lines = [
      { account: buyer, amount: bought },
      { account: seller, amount: amount(-bought) },
    ]
    const [own, other] = ledger.post(currency, type, lines, { mayOverdraw: true })
    if (own === undefined || other === undefined) throw new Error('expected an entry for each line')
    entries.buyer.push(own)
    entries.seller.push(other)
    recordUnsettled(context, { account: buyer, instrument, currency }, bought)
    recordUnsettled(context, { account: seller, instrument, currency }, amount(-bought))
  }
  return entries
}
