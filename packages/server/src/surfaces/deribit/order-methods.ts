/** Reading orders, and changing one (sections 6.2 and 6.3). */
import type { AccountId, HistoryRow, OrderId } from '@stemma/core'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { answered, fromRefusal, orderNotFound, VenueError } from './errors.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyNamed,
  filterAsked,
  isOfCurrency,
  isOfFilter,
} from './instruments.js'
import { labelAsked, typesAsked } from './order-filters.js'
import { recentlyEnded } from './order-history.js'
import { factsOf, type OrderFacts, orderShown } from './orders.js'
import { checkOpen, contractOfFacts, factsNamed, ownFacts } from './own-orders.js'
import { editFacts } from './place.js'

const PAGE = 500

/** Open orders of an account, the newest first. */
export async function openFacts(call: PrivateCall, account = accountRead(call)): Promise<OrderFacts[]> {
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

async function byLabel(
  call: PrivateCall,
  find: (isLabelled: (facts: OrderFacts) => boolean) => Promise<readonly OrderFacts[]>,
): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const label = call.params.text('label')
  const found = await find(({ terms }) => label === null || terms.label === label)
  return shown(call, found, (contract) => isOfCurrency(contract, currency))
}

const openByLabel = (call: PrivateCall): Promise<unknown> =>
  byLabel(call, async (isLabelled) => (await openFacts(call)).filter(isLabelled))

/** Those that are open, and of the newest orders those that have ended: whoever asks has no id to ask by. */
const stateByLabel = (call: PrivateCall): Promise<unknown> =>
  byLabel(call, async (isLabelled) => {
    const found = [...(await openFacts(call)).filter(isLabelled), ...(await recentlyEnded(call, isLabelled))]
    // One that ended between the two looks is told as it ended.
    const byId = new Map(found.map((facts) => [facts.id, facts]))
    return [...byId.values()].sort((left, right) => right.id - left.id)
  })

async function state(call: PrivateCall): Promise<unknown> {
  const account = accountRead(call)
  const facts = await factsNamed(call, call.params.requiredText('order_id'), account)
  return orderShown(facts, await contractOfFacts(call, facts))
}

async function cancel(call: PrivateCall): Promise<unknown> {
  const { host, caller } = call
  const facts = await factsNamed(call, call.params.requiredText('order_id'))
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
  reads('get_order_state_by_label', stateByLabel),
  writes('edit_by_label', editByLabel),
  writes('cancel', cancel),
]
