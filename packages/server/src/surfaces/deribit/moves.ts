/** `private/move_positions` (section 5.4): positions go from one account of the hierarchy to another. */
import { type MovedLeg, type Plain, parseQuantity } from '@stemma/core'
import { accountNamed, type Method, type PrivateCall } from './call.js'
import { fromRefusal, invalidParam } from './errors.js'
import { type Contract, contractNamed, currencyAsked } from './instruments.js'
import { priceShown, quantityShown } from './numbers.js'
import { Params } from './params.js'

async function move(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const [from, to] = [accountNamed(call, 'source_uid'), accountNamed(call, 'target_uid')]
  if (from === to) throw invalidParam('target_uid', 'must differ from source_uid')
  const trades = params.list('trades') ?? params.missing('trades')
  const asked = await Promise.all(trades.map((trade) => legAsked(call, trade)))
  checkCurrency(call, asked)
  const outcome = await host.execute({
    command: 'positions.move',
    actor: caller.authenticated.actor,
    input: { from, to, legs: asked.map(({ leg }) => leg) },
    request: requestId,
  })
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal)
  const { legs } = outcome.result as { readonly legs: readonly MovedLeg[] }
  return legs.map((leg) => ({
    source_uid: from,
    target_uid: to,
    instrument_name: leg.symbol,
    direction: leg.side,
    price: priceShown(leg.price),
    amount: quantityShown(leg.quantity, leg.quantityScale),
  }))
}

interface Asked {
  readonly contract: Contract
  readonly leg: Plain
}

async function legAsked(call: PrivateCall, trade: unknown): Promise<Asked> {
  if (typeof trade !== 'object' || trade === null || Array.isArray(trade))
    throw invalidParam('trades', 'must be an array of objects')
  const params = new Params(trade as Readonly<Record<string, unknown>>)
  const contract = await contractNamed(call, params.requiredText('instrument_name'))
  const amount = params.decimal('amount') ?? params.missing('amount')
  const quantity = parseQuantity(amount, contract.quantityScale)
  if (typeof quantity !== 'bigint') throw invalidParam('amount', 'must be a multiple of contract size')
  return { contract, leg: { instrument: contract.id, quantity, price: params.price('price') } }
}

/** All legs of a call share one currency; where it is named, that one. */
function checkCurrency({ params }: PrivateCall, asked: readonly Asked[]): void {
  const named = currencyAsked(params) ?? asked[0]?.contract.currency
  if (asked.some(({ contract }) => contract.currency !== named))
    throw invalidParam('trades', 'must share one currency')
}

export const MOVE_METHODS: readonly Method[] = [
  {
    name: 'private/move_positions',
    kind: 'private',
    scope: 'trade:read_write',
    isMainOnly: true,
    answer: move,
  },
]
