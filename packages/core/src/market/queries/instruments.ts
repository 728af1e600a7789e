/** `instruments.get` and `instruments.list`: what can be traded, and what it traded at. */
import { PAGE_MAX } from '../../hierarchy/index.js'
import { NO_ROW, query, type Row, type Values } from '../../image/index.js'
import type { CurrencyCode, Price, Quantity, Rate } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { instrumentRow } from '../checks.js'
import type {
  FeeScheduleId,
  feeScheduleFields,
  InstrumentId,
  InstrumentState,
  instrumentFields,
  statisticsFields,
} from '../fields.js'
import { fundingOfPeriod } from '../funding-clock.js'
import type { InstrumentKind } from '../kinds.js'
import type { Market, MarketContext } from '../market.js'
import type { sessionFields } from '../sessions.js'

export type InstrumentView = Values<typeof instrumentFields> & {
  readonly id: InstrumentId
  /** Of currency pairs alone: what is bought and sold, paid in `currency`. */
  readonly baseCurrency: CurrencyCode | null
  /** What all that are long hold together. */
  readonly openInterest: Quantity
  /** Null before the first trade or price. */
  readonly statistics: Values<typeof statisticsFields> | null
  readonly fees: (Values<typeof feeScheduleFields> & { readonly id: FeeScheduleId }) | null
  /** What its positions are valued at: the settlement, else the mark, else the last trade, else the close. */
  readonly valuationPrice: Price | null
  /** What it follows stands at; null of what follows nothing, and before the first price. */
  readonly indexPrice: Price | null
  /** Of futures and perpetuals. */
  readonly session: (Values<typeof sessionFields> & { readonly fundingOfPeriod: Rate }) | null
}

function instrumentView({ market, now }: MarketContext, row: Row): InstrumentView {
  const { instruments, statistics, feeSchedules, sessions } = market
  const id = instruments.id(row)
  const traded = statistics.find(id)
  const schedule = instruments.feeSchedule.get(row)
  const session = sessions.find(id)
  return {
    id,
    ...instruments.read(row),
    baseCurrency: market.pairs.base(row),
    openInterest: market.openInterest(row),
    statistics: traded === NO_ROW ? null : statistics.read(traded),
    fees: schedule === null ? null : { id: schedule, ...feeSchedules.read(feeSchedules.row(schedule)) },
    valuationPrice: market.valuationPrice(row),
    indexPrice: market.indexPrice(row),
    session:
      session === NO_ROW
        ? null
        : { ...sessions.read(session), fundingOfPeriod: fundingOfPeriod(market, row, now) },
  }
}

export const getInstrument = query({
  name: 'instruments.get',
  scope: 'instruments:read',
  needs: () => [],
  /** By id or by symbol. */
  read(
    context: MarketContext,
    { instrument, symbol }: { readonly instrument: InstrumentId | null; readonly symbol: string | null },
  ): InstrumentView {
    const { market } = context
    const row =
      instrument === null ? market.instrumentBySymbol.find(symbol ?? '') : instrumentRow(market, instrument)
    if (row === NO_ROW) refuse('instrument_unknown', 'there is no such instrument', { field: '/symbol' })
    return instrumentView(context, row)
  },
})

export interface ListInstruments {
  readonly symbols: readonly string[] | null
  readonly kind: InstrumentKind | null
  readonly states: readonly InstrumentState[] | null
  readonly event: string | null
  /** Part of a symbol or display name, regardless of case. */
  readonly search: string | null
  readonly after: InstrumentId | null
  readonly limit: number
}

export const listInstruments = query({
  name: 'instruments.list',
  scope: 'instruments:read',
  needs: () => [],
  /** In order of creation. */
  read(
    context: MarketContext,
    input: ListInstruments,
  ): { readonly items: readonly InstrumentView[]; readonly next: InstrumentId | null } {
    const { market } = context
    const { limit, after } = input
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
      refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
    const items: InstrumentView[] = []
    for (const id of market.instrumentIds.after(after)) {
      const row = market.instruments.row(id)
      if (!matches(market, row, input)) continue
      if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
      items.push(instrumentView(context, row))
    }
    return { items, next: null }
  },
})

function matches(
  { instruments }: Market,
  row: Row,
  { symbols, kind, states, event, search }: ListInstruments,
): boolean {
  const symbol = instruments.symbol.get(row)
  const part = search?.toLowerCase()
  return (
    (symbols === null || symbols.includes(symbol)) &&
    (kind === null || instruments.kind.get(row) === kind) &&
    (states === null || states.includes(instruments.state.get(row))) &&
    (event === null || instruments.event.get(row) === event) &&
    (part === undefined ||
      symbol.toLowerCase().includes(part) ||
      instruments.displayName.get(row).toLowerCase().includes(part))
  )
}
