/** Reading and cancelling orders (sections 6.2 and 6.3). */
import type { AccountId, HistoryRow, InstrumentId, OrderId, OrderType } from '@stemma/core'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { answered, fromRefusal, invalidParam, orderNotFound, settled, VenueError } from './errors.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyAsked,
  currencyNamed,
  filterAsked,
  isOfCurrency,
  isOfFilter,
  KINDS,
} from './instruments.js'
import { factsOf, type OrderFacts, orderIdRead, orderShown } from './orders.js'
import { checkOpen, contractOfFacts, editFacts, ownFacts } from './place.js'

const PAGE = 500
const LABEL_LENGTH_MAX = 64

const STOPS: readonly OrderType[] = ['stop', 'stop_limit']
const TAKES: readonly OrderType[] = ['take', 'take_limit']
const TRAILING: readonly OrderType[] = ['trailing_stop']
const PLAIN: readonly OrderType[] = ['limit', 'market', 'market_to_limit']

/** The filters of reads and of cancels. */
const TYPES: Readonly<Record<string, readonly OrderType[] | null>> = {
  all: null,
  limit: PLAIN,
  trigger_all: [...STOPS, ...TAKES, ...TRAILING],
  stop: STOPS,
  stop_all: STOPS,
  stop_limit: ['stop_limit'],
  stop_market: ['stop'],
  take: TAKES,
  take_all: TAKES,
  take_limit: ['take_limit'],
  take_market: ['take'],
  trailing_stop: TRAILING,
  trailing_all: TRAILING,
}

const typesAsked = ({ params }: PrivateCall): readonly OrderType[] | null =>
  TYPES[params.oneOf('type', Object.keys(TYPES)) ?? 'all'] ?? null

/** Open orders of an account, the newest first. */
async function openFacts(call: PrivateCall, account = accountRead(call)): Promise<OrderFacts[]> {
  const { host, caller } = call
  const found: OrderFacts[] = []
  let after: OrderId | null = null
  do {
    const page: { readonly items: readonly HistoryRow[]; readonly next: OrderId | null } = answered(
      await host.read('orders.open', caller.authenticated.actor, {
        accounts: [account],
        instruments: null,
        after,
        limit: PAGE,
      }),
    )
    found.push(...page.items.map(factsOf))
    after = page.next
  } while (after !== null)
  return found.reverse()
}

/** Orders with their contracts, as they are shown; those of other venues than this are left out. */
async function shown(
  call: PrivateCall,
  facts: readonly OrderFacts[],
  isWanted: (contract: Contract, facts: OrderFacts) => boolean,
): Promise<unknown[]> {
  const byId = new Map<number, Contract>((await contracts(call)).map((each) => [each.id, each]))
  return facts.flatMap((each) => {
    const contract = byId.get(each.instrument)
    return contract !== undefined && isWanted(contract, each) ? [orderShown(each, contract)] : []
  })
}

export const openOrdersShown = async (
  call: PrivateCall,
  account: AccountId,
  isWanted: (contract: Contract) => boolean,
): Promise<unknown[]> => shown(call, await openFacts(call, account), isWanted)

async function open(call: PrivateCall): Promise<unknown> {
  const [filter, types] = [filterAsked(call.params), typesAsked(call)]
  return shown(
    call,
    await openFacts(call),
    (contract, { type }) => isOfFilter(contract, filter) && (types === null || types.includes(type)),
  )
}

function openByCurrency(call: PrivateCall): Promise<unknown> {
  currencyNamed(call.params)
  return open(call)
}

async function openByInstrument(call: PrivateCall): Promise<unknown> {
  const { id } = await contractAsked(call)
  const types = typesAsked(call)
  return shown(
    call,
    await openFacts(call),
    (contract, { type }) => contract.id === id && (types === null || types.includes(type)),
  )
}

async function openByLabel(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const label = call.params.text('label')
  return shown(
    call,
    await openFacts(call),
    (contract, { terms }) =>
      (currency === null || isOfCurrency(contract, currency)) && (label === null || terms.label === label),
  )
}

async function state(call: PrivateCall): Promise<unknown> {
  const account = accountRead(call)
  const facts = await ownFacts(call, orderIdRead(call.params.requiredText('order_id')), account)
  return orderShown(facts, await contractOfFacts(call, facts))
}

async function cancel(call: PrivateCall): Promise<unknown> {
  const { host, caller } = call
  const facts = await ownFacts(call, orderIdRead(call.params.requiredText('order_id')))
  checkOpen(facts)
  const outcome = await host.execute({
    command: 'orders.cancel',
    actor: caller.authenticated.actor,
    input: { order: facts.id },
    request: call.requestId,
  })
  // One that ended between the look and the command.
  if (outcome.kind === 'refused')
    throw outcome.refusal.code === 'not_visible' ? new VenueError(10010) : fromRefusal(outcome.refusal)
  return orderShown(await ownFacts(call, facts.id), await contractOfFacts(call, facts))
}

interface Cancelled {
  readonly orders: readonly number[]
  readonly more: boolean
}

/** Cancels what is asked for, step by step, and says how many or, where it is asked, which. */
async function cancelAll(
  call: PrivateCall,
  instrument: InstrumentId | null,
  label: string | null = null,
  index: string | null = null,
): Promise<unknown> {
  const { host, caller, params } = call
  const isDetailed = params.flag('detailed')
  const input = {
    account: caller.account,
    instrument,
    side: null,
    currency: currencyAsked(params, 'any'),
    kinds: kindsAsked(call),
    types: typesAsked(call),
    label,
    index,
  }
  const orders: number[] = []
  for (let more = true; more; ) {
    const step: Cancelled = settled(
      await host.execute({
        command: 'orders.cancel_all',
        actor: caller.authenticated.actor,
        input,
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

function kindsAsked({ params }: PrivateCall): readonly string[] | null {
  const kind = params.oneOf('kind', KINDS) ?? 'any'
  if (kind === 'any') return null
  if (kind === 'future') return ['future', 'perpetual']
  if (kind === 'spot') return ['currency_pair']
  return kind === 'option' ? ['option'] : []
}

async function cancelByCurrency(call: PrivateCall): Promise<unknown> {
  currencyNamed(call.params)
  return cancelAll(call, null)
}

/** A pair is the name of an index: what follows it. */
async function cancelByPair(call: PrivateCall): Promise<unknown> {
  const pair = call.params.requiredText('currency_pair')
  if (!/^[a-z0-9]{1,16}_[a-z0-9]{1,16}$/.test(pair))
    throw invalidParam('currency_pair', 'invalid currency pair')
  return cancelAll(call, null, null, pair)
}

async function cancelByKind(call: PrivateCall): Promise<unknown> {
  if (!call.params.has('currency')) call.params.missing('currency')
  return cancelAll(call, null)
}

function labelAsked({ params }: PrivateCall): string {
  const label = params.requiredText('label')
  if (label.length > LABEL_LENGTH_MAX)
    throw invalidParam('label', `must have at most ${LABEL_LENGTH_MAX} characters`)
  return label
}

async function editByLabel(call: PrivateCall): Promise<unknown> {
  const { id } = await contractAsked(call)
  const label = labelAsked(call)
  const found = (await openFacts(call, call.caller.account)).filter(
    ({ instrument, terms }) => instrument === id && terms.label === label,
  )
  if (found.length > 1) throw new VenueError(13032)
  const [only] = found
  if (only === undefined) throw orderNotFound()
  return editFacts(call, only)
}

const reads = (name: string, answer: (call: PrivateCall) => unknown): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read',
  answer,
})
const writes = (name: string, answer: (call: PrivateCall) => unknown): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read_write',
  answer,
})

export const ORDER_METHODS: readonly Method[] = [
  reads('get_open_orders', open),
  reads('get_open_orders_by_currency', openByCurrency),
  reads('get_open_orders_by_instrument', openByInstrument),
  reads('get_open_orders_by_label', openByLabel),
  reads('get_order_state', state),
  reads('get_order_state_by_label', openByLabel),
  writes('edit_by_label', editByLabel),
  writes('cancel', cancel),
  writes('cancel_all', (call) => cancelAll(call, null)),
  writes('cancel_all_by_currency', cancelByCurrency),
  writes('cancel_all_by_kind_or_type', cancelByKind),
  writes('cancel_all_by_currency_pair', cancelByPair),
  writes('cancel_all_by_instrument', async (call) => cancelAll(call, (await contractAsked(call)).id)),
  writes('cancel_by_label', (call) => cancelAll(call, null, labelAsked(call))),
]
