/** What was settled: the caller's own positions, and instruments for everybody (sections 5.6 and 7). */
import {
  type Amount,
  type CurrencyCode,
  type HistoryRow,
  type Price,
  type Quantity,
  toMilliseconds,
} from '@stemma/core'
import { SETTLEMENT_TYPES, settlementsAsked } from '../../host/market-past/settlements.js'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contractAsked, contracts, currencyNamed } from './instruments.js'
import { amountShown, priceOr, quantityShown } from './numbers.js'

const COUNT_MAX = 1_000
const COUNT_DEFAULT = 20
/** Events of one sequence are numbered below it. */
const EVENTS_MAX = 8_192

interface Which {
  readonly byId: ReadonlyMap<number, Contract>
  /** Null: only what is of these instruments. */
  readonly currency: CurrencyCode | null
}

/** The place of the last row of the page before, as one number. */
function afterAsked({ params }: Call): readonly number[] | null {
  const text = params.text('continuation')
  if (text === null || text === 'none') return null
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam('continuation', 'must be one that an answer gave')
  return [Math.floor(Number(text) / EVENTS_MAX), Number(text) % EVENTS_MAX]
}

interface Asked {
  readonly table: 'settlements' | 'instrument_settlements'
  /** Null: what instruments were settled at. */
  readonly account: number | null
  readonly which: Which
}

const placeOf = ({ sequence, position }: HistoryRow): number =>
  Number(sequence) * EVENTS_MAX + Number(position)

/** Of instruments, and where a currency is asked for, what was owed in it. */
async function rowsOf(call: Call, { table, account, which }: Asked, limit: number): Promise<HistoryRow[]> {
  const { params, host } = call
  const type = params.oneOf('type', SETTLEMENT_TYPES)
  const latest = params.time('search_start_timestamp')
  const after = afterAsked(call)
  const queries = settlementsAsked({
    account,
    types: type === null ? [] : [type],
    instruments: [...which.byId.keys()],
    owedIn: account === null ? null : which.currency,
  })
  const found = await Promise.all(
    queries.map((query) =>
      host.history(table, {
        ...query,
        ...(latest === null ? {} : { to: { time: latest + 999 } }),
        newestFirst: true,
        limit,
        ...(after === null ? {} : { after }),
      }),
    ),
  )
  return found
    .flat()
    .sort((left, right) => placeOf(right) - placeOf(left))
    .slice(0, limit)
}

async function page(
  call: Call,
  asked: Asked,
  show: (row: HistoryRow, contract: Contract) => unknown,
): Promise<unknown> {
  const count = call.params.count('count', COUNT_DEFAULT, COUNT_MAX)
  const rows = await rowsOf(call, asked, count + 1)
  const shown = rows.slice(0, count)
  const last = shown.at(-1)
  return {
    settlements: shown.map((row) => {
      const contract = asked.which.byId.get(Number(row.instrument))
      return contract === undefined ? bankruptcyShown(row) : show(row, contract)
    }),
    continuation: rows.length > count && last !== undefined ? String(placeOf(last)) : null,
  }
}

/** What an account owed when it had nothing left, and the house paid. One client still reads an older spelling. */
function bankruptcyShown(row: HistoryRow): Readonly<Record<string, unknown>> {
  const funded = amountShown(row.amount as Amount, row.currency as CurrencyCode)
  return {
    type: row.type,
    timestamp: toMilliseconds(Number(row.time) as never),
    instrument_name: null,
    funded,
    session_bankruptcy: funded,
    session_bankrupcy: funded,
    session_tax: 0,
    session_tax_rate: 0,
    socialized: 0,
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

async function ofCurrency(call: Call): Promise<Which> {
  const currency = currencyNamed(call.params)
  const own = (await contracts(call)).filter((contract) => contract.currency === currency)
  return { byId: new Map(own.map((contract) => [contract.id, contract])), currency }
}

/** What was owed is of no instrument: asked for by one, it is what was owed in the currency that this one settles in. */
async function ofInstrument(call: Call): Promise<Which> {
  const contract = await contractAsked(call)
  const isOfDebts = call.params.oneOf('type', SETTLEMENT_TYPES) === 'bankruptcy'
  return { byId: new Map([[contract.id, contract]]), currency: isOfDebts ? contract.currency : null }
}

const own = (name: string, which: (call: Call) => Promise<Which>): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read',
  answer: async (call: PrivateCall) => {
    const account = accountRead(call)
    return page(call, { table: 'settlements', account, which: await which(call) }, ownShown)
  },
})
const ofAll = (name: string, which: (call: Call) => Promise<Which>): Method => ({
  name: `public/${name}`,
  kind: 'public',
  answer: async (call) =>
    page(call, { table: 'instrument_settlements', account: null, which: await which(call) }, facts),
})

export const SETTLEMENT_METHODS: readonly Method[] = [
  own('get_settlement_history_by_currency', ofCurrency),
  own('get_settlement_history_by_instrument', ofInstrument),
  ofAll('get_last_settlements_by_currency', ofCurrency),
  ofAll('get_last_settlements_by_instrument', ofInstrument),
]
