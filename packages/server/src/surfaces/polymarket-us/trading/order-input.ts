/**
 * An order as a client of the venue writes it, as the command takes it. The fields of InsertOrderRequest (section 4.2),
 * and the short form `{accountId, instrument, side, quantity, price?}`: both may name the account and the instrument.
 */
import type { ParticipantAccount, PlaceOrder, Quantity, Side } from '@stemma/core'
import { parseQuantity, QUANTITY_MAX } from '@stemma/core'
import { findAccount } from '../accounts.js'
import { actingFor, type Call } from '../call.js'
import { answered, invalid } from '../errors.js'
import { Fields } from '../fields.js'
import { type Counted, findUnits } from '../instruments.js'
import type { Scales } from './scales.js'
import { CAPACITIES, MANUAL_INDICATORS, ORDER_TYPES, SELF_MATCH, SIDES, TIMES_IN_FORCE } from './words.js'

const SHORT = ['accountId', 'instrument', 'quantity']
const TEXT_TAGS = ['clientAccountId', 'clientParticipantId', 'quote', 'sessionId'] as const
const FLAG_TAGS = ['bestLimit', 'immediatelyExecutableLimit', 'ignorePriceValidityChecks'] as const

const KNOWN = [
  ...SHORT,
  ...TEXT_TAGS,
  ...FLAG_TAGS,
  'account',
  'symbol',
  'user',
  'type',
  'side',
  'orderQty',
  'cashOrderQty',
  'price',
  'stopPrice',
  'timeInForce',
  'goodTillTime',
  'clordId',
  'clOrdId',
  'minQty',
  'allOrNone',
  'participateDontInitiate',
  'strictLimit',
  'selfMatchPreventionId',
  'selfMatchPreventionInstruction',
  'orderCapacity',
  'manualOrderIndicator',
]

export interface OrderAsked {
  readonly actor: Call['actor']
  readonly account: ParticipantAccount
  readonly input: PlaceOrder
}

/** What fails here is missing or not well formed; what is wrong with the order itself is for the engine to judge. */
export async function readOrder(call: Call, value: unknown, place = ''): Promise<OrderAsked> {
  const fields = Fields.of(value, KNOWN, place)
  const symbol = oneOf(fields, 'symbol', 'instrument')
  const asUser = fields.text('user')
  const side = sideIn(fields)
  const actor = asUser === null ? call.actor : await actingFor(call.host, call.actor, asUser)
  const account = await accountIn({ ...call, actor }, fields)
  if (symbol === null) throw invalid(`missing required field ${place}symbol`)
  const units = findUnits(call, symbol)
  const input = {
    account: account.id,
    instrument: units.id,
    side,
    ...pricingIn(fields, units.scales),
    ...sizeIn(fields, units),
    ...timingIn(fields),
    ...conditionsIn(fields),
    clientOrderId: oneOf(fields, 'clordId', 'clOrdId'),
    tags: tagsIn(fields),
    onReject: 'record' as const,
  }
  return { actor, account, input }
}

/** A field that has two names, given under one of them. */
function oneOf(fields: Fields, name: string, other: string): string | null {
  if (fields.has(name) && fields.has(other)) throw fields.fault(name, `given as ${other} too`)
  return fields.text(name) ?? fields.text(other)
}

/** Without a name it is the one account that the user reaches, where it reaches one. */
async function accountIn(call: Call, fields: Fields): Promise<ParticipantAccount> {
  const name = oneOf(fields, 'account', 'accountId')
  if (name !== null) return findAccount(call, name)
  const input = { user: null, name: null }
  const reached = answered(
    await call.host.read<readonly ParticipantAccount[]>('participants.accounts', call.actor, input),
  )
  const [only] = reached
  if (only === undefined || reached.length > 1) throw fields.missing('account')
  return only
}

function sideIn(fields: Fields): Side {
  const given = fields.find('side')
  const short = typeof given === 'string' ? given.toLowerCase() : null
  const side = short === 'buy' || short === 'sell' ? short : SIDES.meant(given)
  if (side !== null) return side
  throw fields.has('side') ? fields.fault('side', 'expected SIDE_BUY or SIDE_SELL') : fields.missing('side')
}

/** The short form says by its price what type it is; the other says it itself. */
function typeIn(fields: Fields): PlaceOrder['type'] {
  const type = ORDER_TYPES.meant(fields.find('type'))
  if (type !== null) return type
  if (fields.has('type')) throw fields.fault('type', 'expected an order type of the venue')
  if (!SHORT.some((name) => fields.has(name))) throw fields.missing('type')
  return fields.has('price') ? 'limit' : 'market_to_limit'
}

function pricingIn(
  fields: Fields,
  scales: Scales,
): Pick<PlaceOrder, 'type' | 'price' | 'stopPrice' | 'pricing'> {
  const type = typeIn(fields)
  const isLimit = type === 'limit' || type === 'stop_limit'
  // Zero is what proto3 sends for a price that was not set, but a limit of zero is one that was.
  const price = isLimit ? fields.int64('price') : fields.int64Set('price')
  const stopPrice = fields.int64Set('stopPrice')
  const [own, opposite] = [fields.flag('bestLimit'), fields.flag('immediatelyExecutableLimit')]
  if (own && opposite) throw fields.fault('bestLimit', 'given with immediatelyExecutableLimit')
  if (fields.flag('ignorePriceValidityChecks') && type !== 'market_to_limit')
    throw fields.fault('ignorePriceValidityChecks', 'accepted for market-to-limit orders only')
  const isPegged = own || opposite
  if (isLimit && !isPegged && price === null) throw fields.missing('price')
  for (const [name, count] of [
    ['price', price],
    ['stopPrice', stopPrice],
  ] as const)
    if (count !== null && count < 0n) throw fields.fault(name, 'expected a price of at least zero')
  return {
    type,
    price: price === null || isPegged ? null : scales.priceMeant(price),
    stopPrice: stopPrice === null ? null : scales.priceMeant(stopPrice),
    pricing: own ? 'best_own' : opposite ? 'best_opposite' : 'given',
  }
}

/** `orderQty` is scaled, `quantity` counts contracts, `cashOrderQty` is cash in the price scale: one of them. */
function sizeIn(fields: Fields, { quantityScale, scales }: Counted): Pick<PlaceOrder, 'quantity' | 'cash'> {
  const scaled = fields.int64('orderQty')
  const cash = fields.int64Set('cashOrderQty')
  const contracts = fields.has('quantity') ? contractsIn(fields, quantityScale) : null
  const isScaled = scaled !== null && !(scaled === 0n && cash !== null)
  if ([isScaled, cash !== null, contracts !== null].filter(Boolean).length > 1)
    throw fields.fault('orderQty', 'expected one of orderQty, quantity and cashOrderQty')
  if (cash !== null) {
    if (cash < 0n) throw fields.fault('cashOrderQty', 'expected cash above zero')
    return { quantity: null, cash: scales.cashMeant(cash) }
  }
  const quantity = contracts ?? scaled
  if (quantity === null) throw fields.missing('orderQty')
  if (quantity <= 0n || quantity > QUANTITY_MAX) throw invalid('invalid order quantity')
  return { quantity: quantity as Quantity, cash: null }
}

function contractsIn(fields: Fields, scale: number): Quantity {
  const given = fields.find('quantity')
  const text = typeof given === 'number' || typeof given === 'string' ? String(given) : ''
  const quantity = parseQuantity(text, scale)
  if (typeof quantity !== 'bigint')
    throw fields.fault('quantity', `expected contracts with at most ${scale} digits after the point`)
  return quantity
}

function timingIn(fields: Fields): Pick<PlaceOrder, 'timeInForce' | 'expiresAt'> {
  const timeInForce = TIMES_IN_FORCE.meant(fields.find('timeInForce')) ?? 'day'
  const expiresAt = fields.instant('goodTillTime')
  if (timeInForce === 'gtd' && expiresAt === null) throw fields.missing('goodTillTime')
  return { timeInForce, expiresAt: timeInForce === 'gtd' ? expiresAt : null }
}

function conditionsIn(fields: Fields) {
  const minimumQuantity = fields.int64Set('minQty')
  if (minimumQuantity !== null && minimumQuantity < 0n)
    throw fields.fault('minQty', 'expected a quantity above zero')
  return {
    minimumQuantity: minimumQuantity as Quantity | null,
    allOrNone: fields.flag('allOrNone'),
    postOnly: fields.flag('participateDontInitiate'),
    strictLimit: fields.flag('strictLimit'),
    reduceOnly: false,
    selfMatchId: fields.text('selfMatchPreventionId'),
    selfMatchInstruction: SELF_MATCH.meant(fields.find('selfMatchPreventionInstruction')),
  }
}

/** What is only carried along. */
function tagsIn(fields: Fields): PlaceOrder['tags'] {
  const texts = TEXT_TAGS.map((name) => [name, fields.text(name)] as const)
  const flags = FLAG_TAGS.map((name) => [name, fields.flag(name) ? 'true' : null] as const)
  const words = [
    ['orderCapacity', CAPACITIES.meant(fields.find('orderCapacity'))],
    ['manualOrderIndicator', MANUAL_INDICATORS.meant(fields.find('manualOrderIndicator'))],
  ] as const
  return Object.fromEntries(
    [...texts, ...flags, ...words].filter((tag): tag is readonly [never, string] => tag[1] !== null),
  )
}
