/** `private/mass_quote` and `private/cancel_quotes`: a market maker's quotes (the venue's mass quotes). */
import {
  FILLS_OF_COMMAND_MAX,
  greeksOf,
  type HistoryRow,
  type Plain,
  parseQuantity,
  type Side,
  type SideSettled,
} from '@stemma/core'
import type { InstrumentUnits } from '../../host/market-view.js'
import { isEnabled } from '../../host/orders-of-connection.js'
import type { Method, PrivateCall } from './call.js'
import { cancelWanted, type Wanted } from './cancel-methods.js'
import { fromRefusal, fromRejection, instrumentNotFound, invalidParam, VenueError } from './errors.js'
import { type Contract, contractAsked, contractNamed, contracts, currencyNamed } from './instruments.js'
import { kindsAsked, pairAsked } from './order-filters.js'
import { factsOf, orderShown } from './orders.js'
import type { Params } from './params.js'
import { checkInTime } from './place.js'
import { FILLS, userTradeShown } from './trades.js'

/** Quotes are for whoever's orders end with their connection; over HTTP, with every one that the account opens. */
async function checkDisconnect({ host, caller, session }: PrivateCall): Promise<void> {
  await session?.orders.join(caller)
  // Of a connection it is looked at in the turn in which they are quoted: one that goes meanwhile would not end them.
  const ends = session?.orders.endsFor(caller.account) ?? (await isEnabled(host, caller.account, null))
  if (!ends) throw new VenueError(13042)
}

/** One side as it shall stand; its amount may be none. */
function sideAsked(quote: Params, name: 'bid' | 'ask', { quantityScale }: InstrumentUnits): Plain {
  const side = quote.within(name)
  if (side === null) return null
  const amount = side.decimal('amount')
  const quantity = amount === null ? null : parseQuantity(amount, quantityScale)
  if (quantity !== null && typeof quantity !== 'bigint')
    throw invalidParam('amount', 'must be a multiple of contract size')
  const isPostOnly = side.flag('post_only')
  return {
    price: side.price('price'),
    quantity,
    postOnly: isPostOnly,
    reprices: isPostOnly && !side.flag('reject_post_only'),
  }
}

const quotesAsked = ({ params, host }: PrivateCall): Plain =>
  params.records('quotes').map((quote) => {
    const units = host.unitsOf(quote.requiredText('instrument_name'))
    if (units === null) throw instrumentNotFound()
    return {
      instrument: units.id,
      quoteSet: quote.text('quote_set_id'),
      bid: sideAsked(quote, 'bid', units),
      ask: sideAsked(quote, 'ask', units),
    }
  })

async function massQuote(call: PrivateCall): Promise<unknown> {
  const { params, host, caller, session } = call
  checkInTime(call)
  await checkDisconnect(call)
  const outcome = await host.execute({
    command: 'orders.quote',
    actor: caller.authenticated.actor,
    input: {
      account: caller.account,
      group: params.requiredText('mmp_group'),
      quoteId: params.requiredText('quote_id'),
      quotes: quotesAsked(call),
      connection: session?.orders.connection ?? null,
    },
    request: call.requestId,
  })
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal)
  const { sides } = outcome.result as { readonly sides: readonly SideSettled[] }
  // A message is through the book when it is answered, so that nothing of it is pending.
  const isWaited = params.flag('wait_for_response', true)
  const failed = sides.filter(({ fault }) => fault !== null)
  if (!params.flag('detailed'))
    return { errors_count: failed.length, ...(isWaited ? {} : { pending_requests_count: 0 }) }
  return {
    ...(await changesShown(call, sides, outcome.sequence)),
    errors: failed.map((each) => errorShown(call, each)),
    ...(isWaited ? {} : { pending_requests: [] }),
  }
}

const SIDES_SHOWN: Readonly<Record<Side, 'bid' | 'ask'>> = { buy: 'bid', sell: 'ask' }

const nameOf = ({ host }: PrivateCall, instrument: number): string => host.unitsOf(instrument)?.symbol ?? ''

const errorShown = (call: PrivateCall, { instrument, side, fault }: SideSettled) => ({
  instrument_name: nameOf(call, instrument),
  side: SIDES_SHOWN[side],
  error: fault === null ? null : fromRejection(fault.code, fault.text, fault.data ?? {}).told,
})

/** The orders of a message as they stand behind it, and what they traded in it. */
async function changesShown(call: PrivateCall, sides: readonly SideSettled[], sequence: number) {
  const { host } = call
  const ids = [...new Set(sides.flatMap(({ order }) => order ?? []))]
  if (ids.length === 0) return { orders: [], trades: [] }
  const orders = await host.history('orders', { oneOf: { id: ids }, limit: ids.length })
  const trades = await host.history('executions', {
    equals: { sequence },
    oneOf: { order: ids, ...FILLS },
    limit: FILLS_OF_COMMAND_MAX * 2,
  })
  const byId = new Map<number, Contract>()
  for (const instrument of new Set(sides.map((side) => side.instrument)))
    byId.set(instrument, await contractNamed(call, nameOf(call, instrument)))
  const contractOf = (row: HistoryRow) => byId.get(Number(row.instrument)) as Contract
  return {
    orders: orders.map((row) => orderShown(factsOf(row), contractOf(row))),
    trades: trades.map((row) => userTradeShown(row, contractOf(row))),
  }
}

const CANCEL_TYPES = [
  'delta',
  'quote_set_id',
  'instrument',
  'instrument_kind',
  'currency',
  'currency_pair',
  'all',
] as const

async function wantedBy(call: PrivateCall, type: (typeof CANCEL_TYPES)[number]): Promise<Wanted> {
  const { params } = call
  switch (type) {
    case 'delta':
      return { instruments: await withinDelta(call) }
    case 'quote_set_id':
      return { quoteSet: params.requiredText('quote_set_id') }
    case 'instrument':
      return { instrument: (await contractAsked(call)).id }
    case 'instrument_kind':
      return { kinds: params.has('kind') ? kindsAsked(call) : params.missing('kind') }
    case 'currency':
      return { currency: currencyNamed(params), kinds: kindsAsked(call) }
    case 'currency_pair':
      return { index: pairAsked(call), kinds: kindsAsked(call) }
    case 'all':
      return {}
  }
}

/** Options whose delta, for one coin, is within both bounds; of a put it is below zero. */
async function withinDelta(call: PrivateCall): Promise<readonly number[]> {
  const [least, most] = ['min_delta', 'max_delta'].map((name) =>
    Number(call.params.decimal(name) ?? call.params.missing(name)),
  ) as [number, number]
  if (least > most) throw invalidParam('max_delta', 'must not be below min_delta')
  const now = call.host.now()
  return (await contracts(call))
    .filter((contract) => contract.kind === 'option')
    .filter((contract) => {
      const { delta } = greeksOf(contract, now)
      return delta >= least && delta <= most
    })
    .map(({ id }) => id)
}

async function cancelQuotes(call: PrivateCall): Promise<unknown> {
  const type = call.params.oneOf('cancel_type', CANCEL_TYPES) ?? call.params.missing('cancel_type')
  return cancelWanted(call, {
    ...(await wantedBy(call, type)),
    onlyQuotes: true,
    freezesQuotes: call.params.flag('freeze_quotes'),
  })
}

export const QUOTE_METHODS: readonly Method[] = [
  { name: 'private/mass_quote', kind: 'private', scope: 'trade:read_write', answer: massQuote },
  { name: 'private/cancel_quotes', kind: 'private', scope: 'trade:read_write', answer: cancelQuotes },
]
