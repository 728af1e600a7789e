/** Rows of the transaction log (section 5.5), as they are shown: one for each happening, two for a trade that turns a position round. */
import { type Amount, type HistoryRow, toMilliseconds } from '@stemma/core'
import { type Contract, isSpot } from './instruments.js'
import { type Details, executionFacts, type Facts, factsOf, type Step, tradeFacts } from './log-facts.js'
import { type Happening, idOfRow } from './log-happenings.js'
import { amountShown, quantityShown } from './numbers.js'
import { contractsShown } from './orders.js'

export interface LogRow {
  readonly id: number
  /** The words of `query` that find it. */
  readonly words: readonly string[]
  readonly shown: Readonly<Record<string, unknown>>
}

const TYPES: Readonly<Record<string, string>> = {
  deposit: 'deposit',
  withdrawal: 'withdrawal',
  transfer: 'transfer',
  settlement: 'settlement',
  bankruptcy: 'settlement',
}

const TRADED = ['order_execution', 'fee', 'commission']

/** Two balances were exchanged: the log of either currency has its side of it. */
export const isPairTrade = ({ contract, entries }: Happening): boolean =>
  contract !== null && isSpot(contract) && TRADED.includes(String(entries[0]?.type))

function typeOf(happening: Happening): string {
  const { position, entries } = happening
  const kind = String(position?.type ?? '')
  if (kind === 'position.settled') return 'delivery'
  if (kind.startsWith('trade.') && kind !== 'trade.moved') return 'correction'
  if (position !== null || isPairTrade(happening)) return 'trade'
  return TYPES[String(entries[0]?.type)] ?? 'correction'
}

/** Entries that only show where a balance stands, of money that is asked for or came back, are no transactions. */
export const isTransaction = ({ entries, position }: Happening): boolean =>
  position !== null || entries.some(({ amount }) => amount !== 0n)

export function rowsOf(happening: Happening, details: Details): readonly LogRow[] {
  const type = typeOf(happening)
  const { contract, position } = happening
  if (contract !== null && position !== null && type === 'trade')
    return tradeRows(happening, contract, position, details)
  if (contract !== null && type === 'trade') return [pairRow(happening, contract, details)]
  return [row(happening, details, 0, type, { ...cashOf(happening), ...factsOf(happening, type, details) })]
}

const sum = (entries: readonly HistoryRow[]): bigint =>
  entries.reduce((total, { amount }) => total + (amount as bigint), 0n)

interface Cash {
  readonly change: Amount
  readonly balance: Amount
  readonly cashflow: Amount
  readonly commission: Amount
}

const isFee = ({ type }: HistoryRow): boolean => type === 'fee' || type === 'commission'

function cashOf({ entries, balance }: Happening): Cash {
  const change = sum(entries) as Amount
  const commission = -sum(entries.filter(isFee)) as Amount
  return { change, balance, cashflow: (change + commission) as Amount, commission }
}

function row(
  { place, time, entries }: Happening,
  { account, username, equities }: Details,
  half: 0 | 1,
  type: string,
  { change, balance, cashflow, commission, words = [], currency, ...facts }: Cash & Facts,
): LogRow {
  const code = (currency ?? entries[0]?.currency) as never
  const shown = (amount: Amount): number => amountShown(amount, code)
  const id = idOfRow(place, half)
  const equity = equities.get(place.sequence)
  return {
    id,
    words: [type, ...words],
    shown: {
      id,
      user_seq: id,
      user_id: account,
      username,
      timestamp: toMilliseconds(time as never),
      currency: code,
      type,
      change: shown(change),
      balance: shown(balance),
      cashflow: shown(cashflow),
      commission: shown(commission),
      // Of the command, whichever of its entries this is; nothing else was true at any time (core, standard/equities).
      equity: equity === undefined ? null : shown(equity),
      side: '-',
      instrument_name: null,
      profit_as_cashflow: false,
      ...facts,
    },
  }
}

/** A trade, or what it closed and what it opened: what it cost is shared by contracts, the rest with what it closed. */
function tradeRows(
  happening: Happening,
  contract: Contract,
  position: HistoryRow,
  details: Details,
): readonly LogRow[] {
  const [change, after] = [position.quantity_change as bigint, position.quantity as bigint]
  const before = after - change
  const cash = cashOf(happening)
  const realized = (position.realized_change ?? 0n) as Amount
  const isOption = contract.kind === 'option'
  const part = (half: 0 | 1, step: Step, own: Cash): LogRow =>
    row(happening, details, half, 'trade', { ...own, ...tradeFacts(contract, position, step, details) })
  const cashflowOf = (own: Cash, gained: Amount): Amount => (isOption ? own.cashflow : gained)
  if (before === 0n || after === 0n || before > 0n === after > 0n) {
    const isOpening = before === 0n || before > 0n === change > 0n
    const step = { quantity: change, after, word: isOpening ? 'open' : 'close' } as const
    return [part(0, step, { ...cash, cashflow: cashflowOf(cash, realized) })]
  }
  const share = (amount: bigint): bigint => (amount * after) / change
  const opened = {
    change: share(cash.change) as Amount,
    balance: cash.balance,
    cashflow: share(cash.cashflow) as Amount,
    commission: share(cash.commission) as Amount,
  }
  const closed = {
    change: (cash.change - opened.change) as Amount,
    balance: (cash.balance - opened.change) as Amount,
    cashflow: (cash.cashflow - opened.cashflow) as Amount,
    commission: (cash.commission - opened.commission) as Amount,
  }
  return [
    part(
      1,
      { quantity: after, after, word: 'open' },
      { ...opened, cashflow: cashflowOf(opened, 0n as Amount) },
    ),
    part(
      0,
      { quantity: -before, after: 0n, word: 'close' },
      { ...closed, cashflow: cashflowOf(closed, realized) },
    ),
  ]
}

/** Its side of an exchange in the currency of the log. */
function pairRow(happening: Happening, contract: Contract, details: Details): LogRow {
  const { place, entries } = happening
  const execution = details.exchanged.get(`${place.sequence}:${place.event}`)
  const amount = quantityShown((execution?.last_quantity ?? 0n) as never, contract.quantityScale)
  const side = String(execution?.side ?? '-')
  const { words, ...facts } = executionFacts(contract, execution, false)
  return row(happening, details, 0, 'trade', {
    ...cashOf(happening),
    ...facts,
    words: [side, ...words],
    currency: entries[0]?.currency ?? contract.currency,
    side,
    amount,
    contracts: contractsShown(amount, contract),
  })
}
