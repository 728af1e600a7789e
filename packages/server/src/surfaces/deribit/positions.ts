/** Positions as the venue shows them (section 5.3). Margins are those that the core reckons by instrument. */
import {
  type AccountId,
  type Amount,
  type CurrencyCode,
  type MarginView,
  NONE,
  type PositionView,
  type Quantity,
} from '@stemma/core'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { answered } from './errors.js'
import {
  type Contract,
  contractAsked,
  contracts,
  filterAsked,
  isInverse,
  isOfFilter,
  kindOf,
  SYSTEM,
} from './instruments.js'
import { amountShown, priceOr, quantityShown } from './numbers.js'
import { averageShown } from './orders.js'
import { markOf } from './ticker.js'

const PAGE = 500

export interface Held {
  readonly view: PositionView
  readonly contract: Contract
}

/** What an account has open of these contracts. */
export async function positionsOf(
  { host }: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
): Promise<readonly Held[]> {
  if (all.length === 0) return []
  const found: PositionView[] = []
  let after: number | null = null
  do {
    const page: { readonly items: readonly PositionView[]; readonly next: number | null } = answered(
      await host.read('positions.list', SYSTEM, {
        account,
        instruments: all.map(({ id }) => id),
        isOpenOnly: true,
        isActiveOnly: false,
        after,
        limit: PAGE,
      }),
    )
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  const byId = new Map<number, Contract>(all.map((contract) => [contract.id, contract]))
  return found.map((view) => ({ view, contract: byId.get(view.instrument) as Contract }))
}

/** Coin that a position stands for: of an inverse one its worth, which falls as the price rises. */
export function deltaOf(view: Pick<PositionView, 'quantity' | 'value'>, contract: Contract): number {
  if (!isInverse(contract) || contract.kind === 'option')
    return quantityShown(view.quantity, contract.quantityScale)
  return amountShown(-(view.value ?? 0n) as Amount, contract.currency)
}

type InstrumentMargin = NonNullable<MarginView['standard']>['instruments'][number]
type Margins = ReadonlyMap<number, InstrumentMargin>

export function positionShown({ view, contract }: Held, margins: Margins): Readonly<Record<string, unknown>> {
  const { currency, quantityScale, session } = contract
  const margin = margins.get(contract.id)
  const shown = (amount: bigint | null | undefined): number => amountShown((amount ?? 0n) as Amount, currency)
  const delta = deltaOf(view, contract)
  const isOption = contract.kind === 'option'
  const mark = priceOr(markOf(contract), 0)
  return {
    instrument_name: contract.symbol,
    kind: kindOf(contract),
    direction: view.quantity === NONE ? 'zero' : view.quantity > NONE ? 'buy' : 'sell',
    size: quantityShown(view.quantity, quantityScale),
    ...(isOption ? {} : { size_currency: delta }),
    average_price: averageShown(contract, view.cost, view.quantity),
    mark_price: mark,
    index_price: priceOr(contract.indexPrice, 0),
    settlement_price: priceOr(session?.price ?? null, 0),
    delta,
    initial_margin: shown(margin?.initial),
    maintenance_margin: shown(margin?.maintenance),
    open_orders_margin: shown(margin?.openOrders),
    floating_profit_loss: shown(isOption ? view.unrealized : view.sessionUnrealized),
    realized_profit_loss: shown(isOption ? 0n : (view.sessionRealized ?? 0n)),
    total_profit_loss: shown(view.unrealized),
    ...(isOption ? {} : { leverage: leverageOf(view, margin), estimated_liquidation_price: null }),
    ...(contract.kind === 'perpetual' ? { realized_funding: shown(view.funding), interest_value: 0 } : {}),
  }
}

/** How many times its initial margin a position is worth, to the nearest whole. */
function leverageOf({ value }: PositionView, margin: InstrumentMargin | undefined): number {
  if (value === null || margin === undefined || margin.initial === 0n) return 0
  const worth = value < 0n ? -value : value
  return Number((worth * 2n + margin.initial) / (margin.initial * 2n))
}

/** The margins of an account by instrument, in the currencies of these contracts. */
export async function marginsOf(
  { host }: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
): Promise<Margins> {
  const currencies = [...new Set<CurrencyCode>(all.map(({ currency }) => currency))]
  const views = await Promise.all(
    currencies.map(async (currency) =>
      answered(await host.read<MarginView>('margin.get', SYSTEM, { account, currency })),
    ),
  )
  return new Map(
    views.flatMap(({ standard }) =>
      (standard?.instruments ?? []).map((each) => [Number(each.instrument), each]),
    ),
  )
}

export async function shownPositions(
  call: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [held, margins] = await Promise.all([positionsOf(call, account, all), marginsOf(call, account, all)])
  return held.map((each) => positionShown(each, margins))
}

async function position(call: PrivateCall): Promise<unknown> {
  const contract = await contractAsked(call)
  const account = accountRead(call)
  const [held] = await positionsOf(call, account, [contract])
  const flat = {
    quantity: NONE as Quantity,
    cost: 0n,
    value: 0n,
    unrealized: 0n,
    sessionRealized: 0n,
    sessionUnrealized: 0n,
    funding: 0n,
  } as unknown as PositionView
  return positionShown(held ?? { view: flat, contract }, await marginsOf(call, account, [contract]))
}

async function positions(call: PrivateCall): Promise<unknown> {
  const filter = filterAsked(call.params)
  const all = (await contracts(call)).filter((contract) => isOfFilter(contract, filter))
  return shownPositions(call, accountRead(call), all)
}

export const POSITION_METHODS: readonly Method[] = [
  { name: 'private/get_position', kind: 'private', scope: 'trade:read', answer: position },
  { name: 'private/get_positions', kind: 'private', scope: 'trade:read', answer: positions },
]
