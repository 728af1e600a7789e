/** Answers about trading, with the units that their numbers are shown in. */
import type { Plain } from '@stemma/core'
import type { Host } from '../../../services.js'
import type { Present } from '../call.js'
import { encodeCursor } from '../cursor.js'
import { type Shown, shownOrder, withLevels, withUnits } from './shown.js'

type Show = (host: Host, record: Shown) => Shown

const one =
  (show: Show): Present =>
  ({ host }, _call, result) =>
    show(host, result as Shown)

const page =
  (show: Show): Present =>
  ({ host }, _call, result) => {
    const { items, next } = result as { readonly items: readonly Shown[]; readonly next: Plain }
    return {
      items: items.map((item) => show(host, item)),
      nextCursor: next === null ? null : encodeCursor(next),
    }
  }

/** An instrument carries its own units. */
const instrument: Show = (_host, record) => withLevels(record)
const book: Show = (host, record) => withLevels(withUnits(host, record))

const preview: Show = (host, record) => {
  const order = shownOrder(host, record.order as Shown)
  return withUnits(host, {
    ...record,
    ...instrumentOf(record),
    order,
    feeCurrency: order.feeCurrency ?? null,
  })
}
const instrumentOf = ({ order }: Shown) => ({ instrument: (order as Shown).instrument ?? null })

const margin: Show = (_host, record) => ({
  ...record,
  standard: record.standard === null ? null : standardOf(record),
  derivations: (record.derivations as readonly Shown[]).map((each) => ({
    ...each,
    inputs: (each.inputs as readonly Shown[]).map((input) => ({
      ...input,
      currency: record.currency ?? null,
    })),
  })),
})

function standardOf({ standard, currency = null }: Shown): Shown {
  const parts = standard as Shown
  const instruments = parts.instruments as readonly Shown[]
  return { ...parts, currency, instruments: instruments.map((each) => ({ ...each, currency })) }
}

/** What is left is what can be bought for, as everywhere here. */
const assessed = ({ available = null, ...rest }: Shown): Shown => ({ ...rest, buyingPower: available })

const compared: Present = (_services, _call, result) => ({
  items: (result as readonly Shown[]).map(({ currency = null, before, after }) => ({
    currency,
    before: { ...assessed(before as Shown), currency },
    after: { ...assessed(after as Shown), currency },
  })),
  nextCursor: null,
})

const simulated: Show = (host, { holdings, ...record }) => ({
  ...assessed(record),
  holdings: (holdings as readonly Shown[]).map((held) => ({
    ...withUnits(host, held),
    symbol: host.unitsOf(Number(held.instrument))?.symbol ?? null,
  })),
})

export const TRADING_PRESENT: readonly (readonly [string, Present])[] = [
  ['instruments.get', one(instrument)],
  ['instruments.list', page(instrument)],
  ['books.get', one(book)],
  ['quotes.get', one(book)],
  ['statistics.get', one(book)],
  ['orders.get', one(shownOrder)],
  ['orders.find', one(shownOrder)],
  ['orders.open', page(shownOrder)],
  ['orders.preview', one(preview)],
  ['positions.get', one(withUnits)],
  ['positions.list', page(withUnits)],
  ['margin.get', one(margin)],
  ['margin.compare_models', compared],
  ['margin.simulate', one(simulated)],
]
