/** Rows of the transaction log (section 5.5), as they are shown: one for each happening, two for a trade that turns a position round. */
import { type AccountId, type Amount, type HistoryRow, type Price, toMilliseconds } from '@stemma/core'
import { type Contract, isInverse, isSpot, kindOf } from './instruments.js'
import { type Happening, idOfRow } from './log-happenings.js'
import { amountShown, priceOr, priceShown, quantityShown } from './numbers.js'
import { contractsShown, numberShown } from './orders.js'

export interface LogRow {
  readonly id: number
  /** The words of `query` that find it. */
  readonly words: readonly string[]
  readonly shown: Readonly<Record<string, unknown>>
}

/** What rows say beyond their entries, by the ids that entries name. */
export interface Details {
  readonly account: AccountId
  readonly username: string
  /** What settles in the currency, by id. */
  readonly contracts: ReadonlyMap<number, Contract>
  readonly executions: ReadonlyMap<number, HistoryRow>
  /** Executions of pairs, by `sequence:event`: they leave no position that names them. */
  readonly exchanged: ReadonlyMap<string, HistoryRow>
  /** By `sequence:event`. */
  readonly settlements: ReadonlyMap<string, HistoryRow>
  readonly transfers: ReadonlyMap<number, HistoryRow>
  readonly funding: ReadonlyMap<number, HistoryRow>
  nameOf(account: number): string
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

type Facts = { readonly words?: readonly string[] } & Readonly<Record<string, unknown>>

function row(
  { place, time, entries }: Happening,
  { account, username }: Details,
  half: 0 | 1,
  type: string,
  { change, balance, cashflow, commission, words = [], currency, ...facts }: Cash & Facts,
): LogRow {
  const code = (currency ?? entries[0]?.currency) as never
  const shown = (amount: Amount): number => amountShown(amount, code)
  const id = idOfRow(place, half)
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
      side: '-',
      instrument_name: null,
      profit_as_cashflow: false,
      ...facts,
    },
  }
}

/** What is said of anything but a trade. */
function factsOf({ entries, contract, position, place }: Happening, type: string, details: Details): Facts {
  const [entry] = entries
  const { info, words } = infoOf(String(entry?.subject ?? position?.subject ?? ''), details)
  const told = info ?? entry?.description ?? position?.description ?? null
  const settled = details.settlements.get(`${place.sequence}:${place.event}`)
  return {
    words: [...words, ...(contract === null ? [] : [kindOf(contract)])],
    instrument_name: contract?.symbol ?? entry?.symbol ?? null,
    info: told,
    ...(contract === null ? {} : { currency: contract.currency }),
    ...(settled === undefined
      ? {}
      : settlementFacts(settled, details.contracts.get(Number(settled.instrument)) ?? contract, type)),
  }
}

function settlementFacts(settled: HistoryRow, known: Contract | null, type: string): Facts {
  const amount = (name: string): bigint => (settled[name] ?? 0n) as bigint
  const quantity = amount('quantity')
  const side = quantity > 0n ? 'long' : quantity < 0n ? 'short' : '-'
  const price = priceShown(settled.price as Price)
  const common = {
    side,
    mark_price: price,
    settlement_price: price,
    index_price: priceOr(settled.index_price as Price | null, null),
  }
  if (known === null) return common
  const shown = (value: bigint): number => amountShown(value as Amount, known.currency)
  const size = quantityShown(quantity as never, known.quantityScale)
  return {
    ...common,
    words: [type, kindOf(known)],
    currency: known.currency,
    instrument_name: known.symbol,
    amount: Math.abs(size),
    contracts: contractsShown(Math.abs(size), known),
    position: type === 'delivery' ? 0 : size,
    price,
    price_currency: priceCurrencyOf(known),
    ...(type === 'delivery'
      ? {}
      : {
          session_rpl: shown(amount('realized')),
          session_upl: shown(amount('unrealized')),
          interest_pl: shown(amount('funding')),
          total_interest_pl: shown(amount('funding')),
          info: { settlement_price: price, floating_pl: shown(amount('unrealized')) },
        }),
  }
}

/** Of money that came from or went elsewhere. */
function infoOf(subject: string, details: Details): { info: unknown; words: readonly string[] } {
  const [kind, id] = subject.split('_')
  const transfer = kind === 'trf' ? details.transfers.get(Number(id)) : undefined
  if (transfer !== undefined) {
    const other = Number(transfer.from === details.account ? transfer.to : transfer.from)
    const transferType = transfer.direction === 'party_to_party' ? 'user' : 'subaccount'
    return {
      info: { transfer_type: transferType, other_user_id: other, other_user: details.nameOf(other) },
      words: [],
    }
  }
  const moved = kind === 'dep' || kind === 'wdr' ? details.funding.get(Number(id)) : undefined
  if (moved === undefined) return { info: null, words: [] }
  const address = moved.address ?? null
  return {
    info: {
      transaction: moved.reference ?? null,
      addr: address,
      ...(kind === 'dep' ? { deposit_type: 'wallet' } : {}),
    },
    words: address === null ? [] : [String(address)],
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

interface Step {
  readonly quantity: bigint
  readonly after: bigint
  readonly word: 'open' | 'close'
}

function tradeFacts(
  contract: Contract,
  position: HistoryRow,
  { quantity, after, word }: Step,
  { executions }: Details,
): Facts {
  const amount = quantityShown((quantity < 0n ? -quantity : quantity) as never, contract.quantityScale)
  const side = `${word} ${quantity > 0n ? 'buy' : 'sell'}`
  const execution = executions.get(Number(position.execution))
  const { words, ...facts } = executionFacts(contract, execution, position.type === 'trade.moved')
  return {
    ...facts,
    words: [...side.split(' '), ...words],
    currency: contract.currency,
    side,
    amount,
    contracts: contractsShown(amount, contract),
    position: quantityShown(after as never, contract.quantityScale),
  }
}

/** What a trade says whatever it did to a position. */
function executionFacts(contract: Contract, execution: HistoryRow | undefined, isMoved: boolean) {
  const role = execution === undefined || isMoved ? null : execution.is_aggressor === true ? 'taker' : 'maker'
  const price = (name: string): number | null => priceOr((execution?.[name] ?? null) as Price | null, null)
  const tags = (execution?.snapshot as { terms?: { tags?: { origin?: string } } } | undefined)?.terms?.tags
  const isLiquidation = tags?.origin === 'liquidation'
  return {
    words: [
      ...(role === null ? [] : [role]),
      kindOf(contract),
      ...(isLiquidation ? ['liquidation'] : []),
    ] as readonly string[],
    instrument_name: contract.symbol,
    price: price('last_price'),
    price_currency: priceCurrencyOf(contract),
    mark_price: price('mark_price'),
    index_price: price('index_price'),
    trade_id: execution?.trade == null ? null : numberShown(Number(execution.trade), contract),
    order_id: execution?.order == null ? null : numberShown(Number(execution.order), contract),
    user_role: role,
    fee_role: role,
    info: isMoved ? 'Source: move' : isLiquidation ? 'Source: liquidation' : 'Source: api',
  }
}

const priceCurrencyOf = (contract: Contract): string =>
  isInverse(contract) && contract.kind !== 'option' ? 'USD' : contract.currency
