/**
 * What accounts under standard margin are worth after a command that booked money or contracts of theirs: the `equity` of
 * the venue's log, "after the entry" (deribit section 5.5). A command is one instant, however many entries it makes, so it
 * has one equity for each account and currency. Between its entries there is none that could be told: what is paid by then
 * and what is owed still count twice or not at all, as the sessions of two positions that end together, or the premiums
 * of an option that is bought from two offers.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { Event, Plain } from '../../image/index.js'
import type { PostedEntry } from '../../ledger/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import type { PositionChange } from '../../trading/index.js'
import type { MarginContext } from '../margin.js'

export type AccountEquity = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly equity: Amount
}

type Booked = {
  readonly entries?: readonly PostedEntry[]
  readonly position?: PositionChange | null
  readonly counterPosition?: PositionChange
}

type CurrenciesOf = Map<AccountId, CurrencyCode[]>

/**
 * Has the last of `events` carry into history what each account is worth in each currency that the last `count` of them,
 * those of the command, have entries or positions of.
 */
export function tellEquities(context: MarginContext, events: Event[], count: number): void {
  const { standard } = context.margin
  if (standard.accounts.isEmpty) return
  let booked: CurrenciesOf | null = null
  for (let index = events.length - count; index < events.length; index += 1)
    booked = noteBooked(context, (events[index] as Event).data as Booked, booked)
  const last = events.at(-1)
  if (booked === null || last === undefined) return
  const equities: readonly AccountEquity[] = [...booked].flatMap(([account, currencies]) =>
    currencies.map((currency) => ({ account, currency, equity: standard.equity(account, currency) })),
  )
  events[events.length - 1] = { ...last, data: { ...last.data, equities: equities as readonly Plain[] } }
}

/** Most commands book nothing of such accounts: nothing is made for them. */
function noteBooked(
  context: MarginContext,
  { entries, position, counterPosition }: Booked,
  before: CurrenciesOf | null,
): CurrenciesOf | null {
  const { standard } = context.margin
  let booked = before
  if (Array.isArray(entries))
    for (const { account, currency } of entries as readonly PostedEntry[])
      if (standard.carries(account)) booked = noted(booked, account, currency)
  return noteMoved(context, counterPosition, noteMoved(context, position, booked))
}

function noteMoved(
  { market: { instruments }, margin: { standard } }: MarginContext,
  change: PositionChange | null | undefined,
  before: CurrenciesOf | null,
): CurrenciesOf | null {
  if (change === undefined || change === null || typeof change !== 'object') return before
  if (!standard.carries(change.account)) return before
  return noted(before, change.account, instruments.currency.get(instruments.row(change.instrument)))
}

function noted(before: CurrenciesOf | null, account: AccountId, currency: CurrencyCode): CurrenciesOf {
  const booked: CurrenciesOf = before ?? new Map()
  const currencies = booked.get(account)
  if (currencies === undefined) booked.set(account, [currency])
  else if (!currencies.includes(currency)) currencies.push(currency)
  return booked
}
