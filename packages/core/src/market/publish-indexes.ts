/** Prices of indexes: a name is made by the first price of it. What follows the index is reckoned anew behind it. */
import { NO_ROW } from '../image/index.js'
import { PRICE_MAX, type Price } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { checkIndexName } from './derivative-checks.js'
import { accrueFunding, restateFundingRate } from './funding.js'
import { INDEXES_MAX, type IndexId } from './indexes.js'
import type { FollowingRoom, MarketContext } from './market.js'
import { wakeTriggered } from './wake-triggered.js'

export function publishIndexes(
  context: MarketContext,
  published: readonly { readonly name: string; readonly price: Price }[],
  room: FollowingRoom,
): void {
  if (published.length > INDEXES_MAX)
    refuse('malformed', `expected at most ${INDEXES_MAX} indexes`, { field: '/indexes' })
  const seen = new Set<string>()
  published.forEach(({ name, price }, place) => {
    checkIndexName(name, `/indexes/${place}/name`)
    if (price <= 0n || price > PRICE_MAX)
      refuse('malformed', 'expected a price above zero', { field: `/indexes/${place}/price` })
    if (seen.has(name)) refuse('malformed', 'expected each index once', { field: `/indexes/${place}/name` })
    seen.add(name)
    publishIndex(context, name, price, room)
  })
}

function publishIndex(context: MarketContext, name: string, price: Price, room: FollowingRoom): void {
  const { market, image, now } = context
  const { indexes, instruments, sessions } = market
  const followers = indexes.followersOf(name).map((id) => instruments.row(id))
  const perpetuals = followers.filter((row) => sessions.has(instruments.id(row)))
  for (const each of perpetuals) accrueFunding(market, each, now)
  const known = indexes.byName.find(name)
  const { sequence } = image.head
  if (known === NO_ROW) {
    if (indexes.table.size >= INDEXES_MAX)
      refuse('limit_reached', `a book has at most ${INDEXES_MAX} indexes`)
    indexes.table.insert(image.newId<IndexId>(), { name, price, pricedAt: now, sequence })
  } else {
    if (indexes.table.price.get(known) !== price) indexes.table.sequence.set(known, sequence)
    indexes.table.price.set(known, price)
    indexes.table.pricedAt.set(known, now)
  }
  for (const each of perpetuals) restateFundingRate(market, each, now)
  for (const each of followers) wakeTriggered(context, each, room)
}
