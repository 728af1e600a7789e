/** What was settled: the caller's own positions, and instruments for everybody (sections 5.6 and 7). */
import { type Amount, type HistoryRow, type Price, type Quantity, toMilliseconds } from '@stemma/core'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contractAsked, contracts, currencyNamed } from './instruments.js'
import { amountShown, priceOr, quantityShown } from './numbers.js'

const COUNT_MAX = 1_000
const COUNT_DEFAULT = 20
const TYPES = ['settlement', 'delivery', 'bankruptcy'] as const
/** Events of one sequence are numbered below it. */
const EVENTS_MAX = 8_192

type ById = ReadonlyMap<number, Contract>

/** The place of the last row of the page before, as one number. */
function afterAsked({ params }: Call): readonly number[] | null {
  const text = params.text('continuation')
  if (text === null || text === 'none') return null
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam('continuation', 'must be one that an answer gave')
  return [Math.floor(Number(text) / EVENTS_MAX), Number(text) % EVENTS_MAX]
}

const placeShown = ({ sequence, position }: HistoryRow): string =>
  String(Number(sequence) * EVENTS_MAX + Number(position))

async function page(
  call: Call,
  table: 'settlements' | 'instrument_settlements',
  equals: Readonly<Record<string, number>>,
  byId: ById,
  show: (row: HistoryRow, contract: Contract) => unknown,
): Promise<unknown> {
  const { params, host } = call
  const type = params.oneOf('type', TYPES)
  const count = params.count('count', COUNT_DEFAULT, COUNT_MAX)
  const latest = params.time('search_start_timestamp')
  const after = afterAsked(call)
  const rows =
    byId.size === 0
      ? []
      : await host.history(table, {
          equals: { ...equals, ...(type === null ? {} : { type }) },
          oneOf: { instrument: [...byId.keys()] },
          ...(latest === null ? {} : { to: { time: latest + 999 } }),
          newestFirst: true,
          limit: count + 1,
          ...(after === null ? {} : { after }),
        })
  const shown = rows.slice(0, count)
  const last = shown.at(-1)
  return {
    settlements: shown.map((row) => show(row, byId.get(Number(row.instrument)) as Contract)),
    continuation: rows.length > count && last !== undefined ? placeShown(last) : null,
  }
}

const facts = (row: HistoryRow, { symbol }: Contract): Readonly<Record<string, unknown>> => ({
  type: row.type,
  timestamp: toMilliseconds(Number(row.time) as never),
  instrument_name: symbol,
  mark_price: priceOr((row.price ?? null) as Price | null, null),
  index_price: priceOr((row.index_price ?? null) as Price | null, null),
})

function ownShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const amount = (name: string): bigint => (row[name] ?? 0n) as bigint
  const shown = (value: bigint): number => amountShown(value as Amount, contract.currency)
  const gained = amount('realized') + amount('unrealized')
  return {
    ...facts(row, contract),
    position: quantityShown(amount('quantity') as Quantity, contract.quantityScale),
    profit_loss: shown(gained),
    session_profit_loss: shown(gained + amount('funding')),
    funding: shown(amount('funding')),
  }
}

async function ofCurrency(call: Call): Promise<ById> {
  const currency = currencyNamed(call.params)
  const own = (await contracts(call)).filter((contract) => contract.currency === currency)
  return new Map(own.map((contract) => [contract.id, contract]))
}

async function ofInstrument(call: Call): Promise<ById> {
  const contract = await contractAsked(call)
  return new Map([[contract.id, contract]])
}

const own = (name: string, which: (call: Call) => Promise<ById>): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read',
  answer: async (call: PrivateCall) =>
    page(call, 'settlements', { account: accountRead(call) }, await which(call), ownShown),
})
const ofAll = (name: string, which: (call: Call) => Promise<ById>): Method => ({
  name: `public/${name}`,
  kind: 'public',
  answer: async (call) => page(call, 'instrument_settlements', {}, await which(call), facts),
})

export const SETTLEMENT_METHODS: readonly Method[] = [
  own('get_settlement_history_by_currency', ofCurrency),
  own('get_settlement_history_by_instrument', ofInstrument),
  ofAll('get_last_settlements_by_currency', ofCurrency),
  ofAll('get_last_settlements_by_instrument', ofInstrument),
]
