/** What a row of the transaction log says beside its money: the settlement, the transfer, the trade behind it (section 5.5). */
import type { AccountId, Amount, HistoryRow, Price } from '@stemma/core'
import { type Contract, isInverse, kindOf } from './instruments.js'
import type { Happening } from './log-happenings.js'
import { amountShown, priceOr, priceShown, quantityShown } from './numbers.js'
import { contractsShown, numberShown } from './orders.js'

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
  /** What the account was worth after a command, by its sequence. */
  readonly equities: ReadonlyMap<number, Amount>
  readonly transfers: ReadonlyMap<number, HistoryRow>
  readonly funding: ReadonlyMap<number, HistoryRow>
  nameOf(account: number): string
}

/** `words` find the row; the rest is shown. */
export type Facts = { readonly words?: readonly string[] } & Readonly<Record<string, unknown>>

/** What is said of anything but a trade. */
export function factsOf(
  { entries, contract, position, place }: Happening,
  type: string,
  details: Details,
): Facts {
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

export interface Step {
  readonly quantity: bigint
  readonly after: bigint
  readonly word: 'open' | 'close'
}

export function tradeFacts(
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
export function executionFacts(contract: Contract, execution: HistoryRow | undefined, isMoved: boolean) {
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
