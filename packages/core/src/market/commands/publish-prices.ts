/**
 * `prices.publish`: the last price of each instrument that changed, conflated by the sender. It makes no event: the
 * figures of the instruments are the record, so a thousand prices are one small record of the journal. What positions
 * are worth follows in bounded steps behind it, and so do the orders that published prices trigger. With
 * them come the prices of indexes, which derivatives follow; what funds a perpetual accrues up to now at the old ones.
 */
import { command, NO_ROW, type Row } from '../../image/index.js'
import { ONE, PRICE_MAX, type Price } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { InstrumentId } from '../fields.js'
import { accrueFunding, restateFundingRate } from '../funding.js'
import { FOLLOWING_OF_COMMAND_MAX, type MarketContext } from '../market.js'
import { publishIndexes } from '../publish-indexes.js'
import { recordMark } from '../statistics.js'
import { wakeTriggered } from '../wake-triggered.js'

/** Instruments of one command, and indexes. */
export const PRICES_OF_COMMAND_MAX = 1_000

export type PublishPrices = {
  readonly prices: readonly { readonly instrument: InstrumentId; readonly price: Price }[]
  readonly indexes?: readonly { readonly name: string; readonly price: Price }[]
}

export const publishPrices = command({
  name: 'prices.publish',
  scope: 'prices:write',
  needs: () => [],
  decide(context: MarketContext, { prices, indexes = [] }: PublishPrices) {
    const { market, image, now } = context
    if (prices.length > PRICES_OF_COMMAND_MAX || prices.length + indexes.length < 1)
      refuse('malformed', `expected 1 to ${PRICES_OF_COMMAND_MAX} prices`, { field: '/prices' })
    const room = { left: FOLLOWING_OF_COMMAND_MAX }
    publishIndexes(context, indexes, room)
    const seen = new Set<InstrumentId>()
    prices.forEach(({ instrument, price }, place) => {
      const row = pricedRow(context, instrument, price, `/prices/${place}`)
      if (seen.has(instrument))
        refuse('malformed', 'expected each instrument once', { field: `/prices/${place}/instrument` })
      seen.add(instrument)
      accrueFunding(market, row, now)
      recordMark(market, row, price, now, image.head.sequence)
      restateFundingRate(market, row, now)
      wakeTriggered(context, row, room)
    })
    return { published: prices.length + indexes.length }
  },
})

function pricedRow({ market }: MarketContext, instrument: InstrumentId, price: Price, place: string): Row {
  const { instruments } = market
  const row = instruments.find(instrument)
  if (row === NO_ROW)
    refuse('instrument_unknown', 'there is no such instrument', { field: `${place}/instrument` })
  const most = instruments.kind.get(row) === 'event_contract' ? ONE : PRICE_MAX
  if (price <= 0n || price > most)
    refuse(
      'malformed',
      most === ONE ? 'expected a price above zero, of at most 1' : 'expected a price above zero',
      { field: `${place}/price` },
    )
  return row
}
