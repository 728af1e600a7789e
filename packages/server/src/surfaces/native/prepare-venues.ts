/** Commands of outside venues: their secrets are made and sealed here, and the numbers of their reports counted. */
import {
  type CurrencyCode,
  currencyOf,
  type DecimalFault,
  type HistoryRow,
  type Id,
  type Plain,
  parseAmount,
  parsePrice,
  parseQuantity,
  Refused,
  refuse,
} from '@stemma/core'
import type { Services } from '../../services.js'
import { type Call, type Input, type Prepare, versioned } from './call.js'
import { newSecret, sealed } from './sealed.js'

/** The input with `sealedSecret`, under the operator's key. */
function withSecret(services: Services, call: Call, input: Input, secret: string): Promise<Input> {
  const { operator } = services.sealing
  return sealed(services, { ...call, input: { ...input, secret } }, operator, ['secret', 'sealedSecret'])
}

const createVenue: Prepare = async (services, call) => {
  const secret = newSecret()
  const input = await withSecret(services, call, call.input, secret)
  return { command: 'venues.create', input, shown: { secret } }
}

const updateVenue: Prepare = async (services, call) => {
  const { newSecret: isWanted, ...input } = call.input
  if (isWanted !== true)
    return { command: 'venues.update', input: { ...versioned({ ...call, input }), sealedSecret: null } }
  const secret = newSecret()
  return {
    command: 'venues.update',
    input: await withSecret(services, call, input, secret),
    shown: { secret },
  }
}

const report: Prepare = async (services, call) => {
  const { price = null, quantity = null, fee = null, ...told } = call.input
  const isCounted = price !== null || quantity !== null || fee !== null
  const units = isCounted ? await unitsOf(services, call) : null
  if (units === null) {
    // Without numbers there is nothing to count; with them, the order was never there to say what they count.
    const uncounted = isCounted ? { price, quantity, fee } : null
    const input = { ...told, price: null, quantity: null, fee: null, uncounted }
    return { command: 'venues.report', input }
  }
  const { quantityScale, currency } = units
  const input = {
    ...told,
    uncounted: null,
    price: counted(price, '/price', parsePrice),
    quantity: counted(quantity, '/quantity', (text) => parseQuantity(text, quantityScale)),
    fee: counted(fee, '/fee', (text) => parseAmount(text, currencyOf(currency))),
  }
  return { command: 'venues.report', input }
}

const SYSTEM = { kind: 'system' } as const

interface Units {
  readonly quantityScale: number
  readonly currency: CurrencyCode
}

/** What the numbers of an order count. One that has ended is in history; null where there never was one. */
async function unitsOf({ host, sealing }: Services, call: Call): Promise<Units | null> {
  const { caller, operation, input } = call
  const needs = [{ ability: 'administer', target: { party: sealing.operator as Id } }] as const
  const allowed = await host.authorize(caller.actor, operation.scope ?? '', needs)
  if (allowed.kind === 'refused') throw new Refused(allowed.refusal)
  const open = await host.read<{ readonly instrument: Plain }>('orders.get', SYSTEM, { order: input.order })
  const order = open.kind === 'answer' ? open.result : await endedOrder(host, input.order ?? null)
  if (order === undefined) return null
  const known = { instrument: order.instrument ?? null, symbol: null }
  const answer = await host.read<Units>('instruments.get', SYSTEM, known)
  if (answer.kind === 'refused') throw new Refused(answer.refusal)
  return answer.result
}

async function endedOrder(host: Services['host'], id: Plain): Promise<HistoryRow | undefined> {
  const [order] = await host.history('orders', { equals: { id }, limit: 1 })
  return order
}

type Count = (text: string) => bigint | DecimalFault

function counted(written: Plain | undefined, field: string, count: Count): Plain {
  if (typeof written !== 'string') return null
  const number = count(written)
  return typeof number === 'bigint'
    ? number
    : refuse('malformed', 'expected no more decimals than are kept', { field })
}

export const prepareVenues: ReadonlyMap<string, Prepare> = new Map([
  ['venues.create', createVenue],
  ['venues.update', updateVenue],
  ['venues.report', report],
])
