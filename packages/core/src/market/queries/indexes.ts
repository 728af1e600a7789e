/** `indexes.list`: what the indexes stand at, by name. */
import { query } from '../../image/index.js'
import type { Price } from '../../money/index.js'
import type { MarketContext } from '../market.js'

export interface IndexView {
  readonly name: string
  readonly price: Price
  readonly pricedAt: number
}

export const listIndexes = query({
  name: 'indexes.list',
  scope: 'marketdata:read',
  needs: () => [],
  /** All of them, in alphabetical order: a book has few. */
  read({ market: { indexes } }: MarketContext): { readonly items: readonly IndexView[] } {
    const { table } = indexes
    const items = [...table.each()].map((row) => ({
      name: table.name.get(row),
      price: table.price.get(row),
      pricedAt: table.pricedAt.get(row),
    }))
    return { items: items.sort((left, right) => (left.name < right.name ? -1 : 1)) }
  },
})
