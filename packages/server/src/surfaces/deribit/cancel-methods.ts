/** Cancelling many orders, or many quotes, at once (section 6.2). */
import type { CancelOrders, Plain } from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { settled } from './errors.js'
import {
  contractAsked,
  contracts,
  currenciesNamed,
  currencyAsked,
  currencyNamed,
  isOfCurrency,
} from './instruments.js'
import { kindsAsked, labelAsked, pairAsked, typesAsked } from './order-filters.js'
import { orderShown } from './orders.js'
import { contractOfFacts, ownFacts } from './own-orders.js'

export type Wanted = { readonly [Name in keyof Omit<CancelOrders, 'account'>]?: Plain }

interface Cancelled {
  readonly orders: readonly number[]
  readonly more: boolean
}

/** Cancels what is wanted, step by step, and says how many or, where it is asked, which. */
export async function cancelWanted(call: PrivateCall, wanted: Wanted): Promise<unknown> {
  const { host, caller, params } = call
  const isDetailed = params.flag('detailed')
  const orders: number[] = []
  for (let more = true; more; ) {
    const step: Cancelled = settled(
      await host.execute({
        command: 'orders.cancel_all',
        actor: caller.authenticated.actor,
        input: { instrument: null, side: null, ...wanted, account: caller.account },
        request: call.requestId,
      }),
    )
    orders.push(...step.orders)
    more = step.more
  }
  return isDetailed ? detailed(call, orders) : orders.length
}

interface Report {
  readonly currency: string
  readonly type: 'trigger' | 'limit'
  readonly instrument_name: string
  readonly result: unknown[]
}

/** One element for each currency, type and book that had orders (section 6.2). */
async function detailed(call: PrivateCall, orders: readonly number[]): Promise<unknown> {
  const reports = new Map<string, Report>()
  for (const order of orders) {
    const facts = await ownFacts(call, order)
    const contract = await contractOfFacts(call, facts)
    const type = facts.stopPrice !== null && !facts.isTriggered ? 'trigger' : 'limit'
    const { currency, symbol } = contract
    const key = `${type} ${symbol}`
    const report = reports.get(key) ?? { currency, type, instrument_name: symbol, result: [] }
    reports.set(key, report)
    report.result.push(orderShown(facts, contract))
  }
  return [...reports.values()]
}

/** What every cancel of many may be narrowed by, and whether quotes are kept away after it. */
const cancelAll = (
  call: PrivateCall,
  more: Wanted = {},
  currency = currencyAsked(call.params, 'any'),
): Promise<unknown> =>
  cancelWanted(call, {
    currency,
    kinds: kindsAsked(call),
    types: typesAsked(call),
    freezesQuotes: call.params.flag('freeze_quotes'),
    ...more,
  })

function byCurrency(call: PrivateCall): Promise<unknown> {
  currencyNamed(call.params)
  return cancelAll(call)
}

async function byKind(call: PrivateCall): Promise<unknown> {
  const currencies = currenciesNamed(call.params)
  if (currencies === null) return cancelAll(call, {}, null)
  const wanted = (await contracts(call)).filter((contract) =>
    currencies.some((currency) => isOfCurrency(contract, currency)),
  )
  return cancelAll(call, { instruments: wanted.map(({ id }) => id) }, null)
}

const writes = (name: string, answer: (call: PrivateCall) => unknown): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read_write',
  answer,
})

export const CANCEL_METHODS: readonly Method[] = [
  writes('cancel_all', (call) => cancelAll(call)),
  writes('cancel_all_by_currency', byCurrency),
  writes('cancel_all_by_kind_or_type', byKind),
  writes('cancel_all_by_currency_pair', (call) => cancelAll(call, { index: pairAsked(call) })),
  writes('cancel_all_by_instrument', async (call) =>
    cancelAll(call, { instrument: (await contractAsked(call)).id }),
  ),
  writes('cancel_by_label', (call) => cancelAll(call, { label: labelAsked(call), freezesQuotes: false })),
]
