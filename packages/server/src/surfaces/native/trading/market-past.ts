/** The past of the market, and of what was settled: funding by the hour, settlements, and where indexes stood. */
import {
  type CurrencyCode,
  type HistoryRow,
  type IndexView,
  type Instant,
  type InstrumentView,
  type Plain,
  parsePrice,
  refuse,
} from '@stemma/core'
import { fundingBetween, perpetualOn } from '../../../host/market-past/funding-hours.js'
import { volatilityOf } from '../../../host/market-past/index-volatility.js'
import {
  type SettlementsAsked,
  type SettlementType,
  settlementsAsked,
} from '../../../host/market-past/settlements.js'
import type { Host, Services } from '../../../services.js'
import { refuseUnauthorized } from '../authorized.js'
import type { Call, Input } from '../call.js'
import { bounds, given, type History, ofAccount } from '../history.js'
import { settledInput, unitsOf } from './counted.js'
import { byInstrument } from './history.js'

const SYSTEM = { kind: 'system' } as const
const PAGE = 500
/** Digits that a figure which is no exact number is told with. */
const DIGITS = 12

const nobodysNeeds = (): readonly never[] => []

async function answered<Result>(host: Host, query: string, input: object): Promise<Result> {
  const answer = await host.read<Result>(query, SYSTEM, input)
  if (answer.kind === 'refused') throw new Error(`expected ${query} to be read: ${answer.refusal.detail}`)
  return answer.result
}

async function checkPerpetual(host: Host, { instrument = null }: Input): Promise<void> {
  const { kind } = await answered<InstrumentView>(host, 'instruments.get', { instrument, symbol: null })
  if (kind !== 'perpetual') refuse('malformed', 'expected a perpetual', { field: '/instrument' })
}

const fundingHours = byInstrument({
  table: 'funding_hours',
  order: ['instrument', 'hour'],
  needs: nobodysNeeds,
  async query({ host }, input) {
    await checkPerpetual(host, input)
    return [{ equals: given(input, ['instrument']), ...bounds(input, 'hour') }]
  },
  row: (row) => row,
})

const fundingSum: History = {
  ...fundingHours,
  async read({ host }: Services, call: Call) {
    const input = await settledInput(host, call)
    await refuseUnauthorized(host, call, [])
    await checkPerpetual(host, input)
    const [from, to] = [Number(input.from), Number(input.to)] as [Instant, Instant]
    if (to < from) refuse('malformed', 'expected a time that is not before from', { field: '/to' })
    const { id, symbol } = unitsOf(host, Number(input.instrument), '/instrument')
    return { instrument: id, symbol, from, to, interest: await fundingBetween(host, id, from, to) }
  },
}

const placed = (row: HistoryRow): HistoryRow => ({ ...row, sequence: `${row.sequence}.${row.position}` })

const listed = <T>(list: Plain | undefined): readonly T[] => (list ?? []) as readonly T[]

const instrumentSettlements = byInstrument({
  table: 'instrument_settlements',
  order: ['sequence', 'position'],
  needs: nobodysNeeds,
  async query(_services, input) {
    const instruments = listed<number>(input.instruments)
    const asked = settlementsAsked({
      account: null,
      types: listed<SettlementType>(input.types),
      instruments: instruments.length === 0 ? null : instruments,
      owedIn: null,
    })
    return asked.map((each) => ({ ...each, ...bounds(input) }))
  },
  row: placed,
})

const settlements = byInstrument({
  table: 'settlements',
  order: ['sequence', 'position'],
  needs: ofAccount,
  async query({ host }, input) {
    const asked = settlementsAsked({
      account: Number(input.account),
      types: listed<SettlementType>(input.types),
      ...(await ofWhat(host, input)),
    })
    return asked.map((each) => ({ ...each, ...bounds(input) }))
  },
  row(row, _path, host) {
    const units = row.instrument === null ? null : unitsOf(host, Number(row.instrument), '/instrument')
    return {
      ...placed(row),
      currency: row.currency ?? units?.currency ?? null,
      quantityScale: units?.quantityScale ?? 0,
    }
  },
})

/** An instrument owes nothing: what was owed is of a currency. */
async function ofWhat(
  host: Host,
  { account = null, instrument, currency }: Input,
): Promise<Pick<SettlementsAsked, 'instruments' | 'owedIn'>> {
  if (typeof instrument !== 'number' && typeof currency !== 'string')
    return { instruments: null, owedIn: 'any' }
  if (typeof instrument === 'number')
    return currency === null
      ? { instruments: [instrument], owedIn: null }
      : refuse('malformed', 'expected either an instrument or a currency', { field: '/currency' })
  return { instruments: await everHeldIn(host, account, String(currency)), owedIn: currency as CurrencyCode }
}

/** A position stays when it is flat: the list names every instrument that the past can have. */
async function everHeldIn(host: Host, account: Plain, currency: string): Promise<readonly number[]> {
  const found: number[] = []
  for (let after: number | null = null; ; ) {
    const page: Held = await answered<Held>(host, 'positions.list', {
      account,
      instruments: null,
      isOpenOnly: false,
      isActiveOnly: false,
      after,
      limit: PAGE,
    })
    const ids = page.items.map(({ instrument }) => instrument)
    found.push(...ids.filter((id) => unitsOf(host, id, '/instrument').currency === currency))
    if (page.next === null) return found
    after = page.next
  }
}

interface Held {
  readonly items: readonly { readonly instrument: number }[]
  readonly next: number | null
}

/** The perpetual with whose funding the index is recorded; null where it is recorded nowhere. */
async function recorderOf(host: Host, { index }: Input): Promise<number | null> {
  const { items } = await answered<{ readonly items: readonly IndexView[] }>(host, 'indexes.list', {})
  const perpetual = await perpetualOn(host, String(index))
  if (perpetual === null && items.every(({ name }) => name !== index))
    refuse('malformed', 'there is no such index', { field: '/index' })
  return perpetual
}

const indexHours: History = {
  table: 'funding_hours',
  order: ['instrument', 'hour'],
  needs: nobodysNeeds,
  async query({ host }, input) {
    const instrument = await recorderOf(host, input)
    return instrument === null ? [] : [{ equals: { instrument }, ...bounds(input, 'hour') }]
  },
  row: ({ hour = null, index_price: price = null }) => ({ hour, price }),
}

const indexVolatility: History = {
  ...indexHours,
  async read({ host }: Services, call: Call) {
    await refuseUnauthorized(host, call, [])
    await recorderOf(host, call.input)
    const { index = null } = call.input
    const found = await volatilityOf(host, String(index), host.now())
    return {
      index,
      items: found.map(({ hour, volatility }) => ({
        hour,
        volatility: parsePrice(volatility.toFixed(DIGITS)),
      })),
    }
  },
}

export const MARKET_HISTORIES: readonly (readonly [string, History])[] = [
  ['funding_hours.list', fundingHours],
  ['funding_hours.sum', fundingSum],
  ['instrument_settlements.list', instrumentSettlements],
  ['settlements.list', settlements],
  ['indexes.hours', indexHours],
  ['indexes.volatility', indexVolatility],
]
