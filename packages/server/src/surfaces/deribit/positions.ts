/** Positions as the venue shows them (section 5.3). Margins are those that the core reckons by instrument. */
import {
  type AccountId,
  type Amount,
  type CurrencyCode,
  coinHeld,
  type Greeks,
  greeksHeld,
  type Instant,
  type MarginView,
  NONE,
  type PositionView,
  type Quantity,
} from '@stemma/core'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { answered, invalidParam } from './errors.js'
import { leverageMost } from './instrument-methods.js'
import {
  type Contract,
  contractAsked,
  contracts,
  filterAsked,
  isInverse,
  isOfFilter,
  isSpot,
  kindOf,
  SYSTEM,
} from './instruments.js'
import { type Cushion, cushionOf, exposureOf, liquidationRatio } from './liquidation-price.js'
import { amountShown, priceOr, quantityShown } from './numbers.js'
import { averageShown } from './orders.js'
import { tidy } from './portfolio-greeks.js'

const PAGE = 500

export interface Held {
  readonly view: PositionView
  readonly contract: Contract
}

/** What an account has open of these contracts, or has had too. */
export async function positionsOf(
  { host }: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
  isOpenOnly = true,
): Promise<readonly Held[]> {
  const held = all.filter((contract) => !isSpot(contract))
  if (held.length === 0) return []
  const found: PositionView[] = []
  let after: number | null = null
  do {
    const page: { readonly items: readonly PositionView[]; readonly next: number | null } = answered(
      await host.read('positions.list', SYSTEM, {
        account,
        instruments: held.map(({ id }) => id),
        isOpenOnly,
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

type InstrumentMargin = NonNullable<MarginView['standard']>['instruments'][number]

/** What the margins of an account say of its positions. */
interface Margined {
  readonly margins: ReadonlyMap<number, InstrumentMargin>
  /** By currency. */
  readonly cushions: ReadonlyMap<CurrencyCode, Cushion | null>
  readonly now: Instant
}

export function positionShown(
  { view, contract }: Held,
  { margins, cushions, now }: Margined,
): Readonly<Record<string, unknown>> {
  const { currency, quantityScale, session } = contract
  const margin = margins.get(contract.id)
  const shown = (amount: bigint | null | undefined): number => amountShown((amount ?? 0n) as Amount, currency)
  const isOption = contract.kind === 'option'
  const size = { contract, quantity: view.quantity }
  const coin = tidy(coinHeld(size))
  const mark = priceOr(contract.valuationPrice, 0)
  const index = priceOr(contract.indexPrice, 0)
  const average = averageShown(contract, view.cost, view.quantity)
  const floating = shown(isOption ? view.unrealized : view.sessionUnrealized)
  return {
    instrument_name: contract.symbol,
    kind: kindOf(contract),
    direction: view.quantity === NONE ? 'zero' : view.quantity > NONE ? 'buy' : 'sell',
    size: quantityShown(view.quantity, quantityScale),
    ...(isOption ? {} : { size_currency: coin }),
    average_price: average,
    mark_price: mark,
    index_price: index,
    settlement_price: priceOr(session?.price ?? null, 0),
    initial_margin: shown(margin?.initial),
    maintenance_margin: shown(margin?.maintenance),
    open_orders_margin: shown(margin?.openOrders),
    floating_profit_loss: floating,
    realized_profit_loss: shown(isOption ? 0n : (view.sessionRealized ?? 0n)),
    total_profit_loss: shown(view.unrealized),
    ...(isOption
      ? {
          ...tidied(greeksHeld(size, now)),
          ...inDollars({ average, floating, index: isInverse(contract) ? index : 1 }),
        }
      : {
          delta: coin,
          leverage: leverageOf(view, margin) ?? leverageMost(contract),
          ...liquidationShown(contract, coin, mark, cushions.get(currency) ?? null),
        }),
    ...(contract.kind === 'perpetual' ? { realized_funding: shown(view.funding), interest_value: 0 } : {}),
  }
}

const tidied = ({ delta, gamma, theta, vega }: Greeks) => ({
  delta: tidy(delta),
  gamma: tidy(gamma),
  theta: tidy(theta),
  vega: tidy(vega),
})

/** What an option is priced in, in dollars at the index of now. */
const inDollars = ({
  average,
  floating,
  index,
}: {
  readonly average: number
  readonly floating: number
  readonly index: number
}) => ({
  average_price_usd: tidy(average * index),
  floating_profit_loss_usd: tidy(floating * index),
})

/** The mark at which the account would be liquidated, with all else as it is; of segregated accounts alone. */
function liquidationShown(contract: Contract, coin: number, mark: number, cushion: Cushion | null) {
  if (cushion === null) return {}
  const exposure = coin === 0 ? null : exposureOf(contract, coin)
  const ratio = exposure === null ? null : liquidationRatio(cushion, [exposure])
  return { estimated_liquidation_price: ratio === null ? null : Number((ratio * mark).toPrecision(10)) }
}

/** How many times its initial margin a position is worth, to the nearest whole; null of one that requires none. */
function leverageOf({ value }: PositionView, margin: InstrumentMargin | undefined): number | null {
  if (!value || margin === undefined || margin.initial === 0n) return null
  const worth = value < 0n ? -value : value
  return Number((worth * 2n + margin.initial) / (margin.initial * 2n))
}

/** The margins of an account, in the currencies of these contracts. */
async function marginedOf(
  { host }: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
): Promise<Margined> {
  const currencies = [...new Set<CurrencyCode>(all.map(({ currency }) => currency))]
  const views = await Promise.all(
    currencies.map(async (currency) =>
      answered(await host.read<MarginView>('margin.get', SYSTEM, { account, currency })),
    ),
  )
  return {
    margins: new Map(
      views.flatMap(({ standard }) =>
        (standard?.instruments ?? []).map((each) => [Number(each.instrument), each]),
      ),
    ),
    cushions: new Map(views.map((view) => [view.currency, cushionOf(view)])),
    now: host.now(),
  }
}

export async function shownPositions(
  call: Pick<Call, 'host'>,
  account: AccountId,
  all: readonly Contract[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [held, margined] = await Promise.all([
    positionsOf(call, account, all),
    marginedOf(call, account, all),
  ])
  return held.map((each) => positionShown(each, margined))
}

/** The position in a contract, flat ones too: what the session realized of one that was closed is its own still. */
export async function shownPosition(
  call: Pick<Call, 'host'>,
  account: AccountId,
  contract: Contract,
): Promise<Readonly<Record<string, unknown>>> {
  const [held] = await positionsOf(call, account, [contract], false)
  const flat = {
    quantity: NONE as Quantity,
    cost: 0n,
    value: 0n,
    unrealized: 0n,
    sessionRealized: 0n,
    sessionUnrealized: 0n,
    funding: 0n,
  } as unknown as PositionView
  return positionShown(held ?? { view: flat, contract }, await marginedOf(call, account, [contract]))
}

async function position(call: PrivateCall): Promise<unknown> {
  const contract = await contractAsked(call)
  if (isSpot(contract)) throw invalidParam('instrument_name', 'spot has no positions')
  return shownPosition(call, accountRead(call), contract)
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
