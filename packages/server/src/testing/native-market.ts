/** A market in the small world: a contract, two firms with an account each, and users who may do different things. Not exported. */
import { EXAMPLE } from '@stemma/contract'
import { type Answered, startWorld, type World } from './native-world.js'

export interface Trader {
  readonly account: `acc_${number}`
  readonly party: `pty_${number}`
  /** May do everything with the account. */
  readonly key: string
  /** Receives the reports of the firm, and nothing else. */
  readonly dropCopy: string
}

export interface NativeMarket {
  readonly world: World
  /** An open event contract in whole contracts, one cent a tick, with the fees of the venue. */
  readonly instrument: `ins_${number}`
  /** Of the firm; it has 1,000.00 USD and, like its counterpart, may be short. */
  readonly buyer: Trader
  /** Of another firm. */
  readonly seller: Trader
  /** May only reduce what the buyer holds. */
  readonly closer: string
  /** May only read the buyer's account. */
  readonly watcher: string
  place(by: Trader, order: Readonly<Record<string, unknown>>): Promise<Answered>
  /** Calls with the operator's key unless another is given. */
  post(path: string, body: unknown, key?: string): Promise<Answered>
  get(path: string, key?: string): Promise<Answered>
}

export const SYMBOL = 'rain'
const number = (id: string): number => Number(id.slice(4))

export async function openNativeMarket(options: { heartbeatMs?: number } = {}): Promise<NativeMarket> {
  const world = await startWorld(options)
  const post = (path: string, body: unknown, key?: string) =>
    world.call('POST', `/stemma/v1${path}`, { body, ...(key === undefined ? {} : { key }) })
  const get = (path: string, key?: string) =>
    world.call('GET', `/stemma/v1${path}`, key === undefined ? {} : { key })
  const { fee_schedule } = (
    await post('/fee-schedules', {
      name: 'venue',
      kind: 'quadratic',
      taker_rate: '0.0695',
      maker_rate: '-0.0125',
      rounding: 'half_even',
    })
  ).body
  const instrument = await openContract(world, SYMBOL, { fee_schedule })
  const firm = world.ids.get(EXAMPLE.firm) as `pty_${number}`
  const other = (
    await post('/parties', {
      owner: world.ids.get(EXAMPLE.member),
      kind: 'participant',
      name: 'other',
      display_name: 'Other',
    })
  ).body.party
  const buyer = await traderOf(world, firm, 'buyer')
  const seller = await traderOf(world, other, 'seller')
  return {
    world,
    instrument,
    buyer,
    seller,
    closer: await boundUser(world, firm, 'closer', buyer.account, 'close_only'),
    watcher: await boundUser(world, firm, 'watcher', buyer.account, 'read_only'),
    place: (by, order) => post('/orders', { account: by.account, ...order }, by.key),
    post,
    get,
  }
}

/** A limit order for the contract, good until it is cancelled. */
export const limit = (side: string, price: string, quantity = '10', more: object = {}) => ({
  instrument: SYMBOL,
  side,
  type: 'limit',
  time_in_force: 'gtc',
  price,
  quantity,
  ...more,
})

/** The seller rests at the price, and the buyer takes it; the trade's id. */
export async function tradeBetween(
  { place, get, buyer, seller }: NativeMarket,
  price = '0.40',
  quantity = '10',
): Promise<string> {
  await place(seller, limit('sell', price, quantity))
  const { order } = (await place(buyer, limit('buy', price, quantity))).body
  const { items } = (await get(`/trades?account=${buyer.account}`, buyer.key)).body
  if (items[0].order !== order) throw new Error(`expected a trade of ${order}, was of ${items[0].order}`)
  return items[0].trade
}

export async function openContract(
  world: World,
  symbol: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<`ins_${number}`> {
  const { body } = await world.call('POST', '/stemma/v1/instruments', {
    body: {
      symbol,
      display_name: symbol,
      kind: 'event_contract',
      currency: 'USD',
      tick: '0.01',
      lot: '1',
      price_low: '0.01',
      price_high: '0.99',
      ...more,
    },
  })
  await world.call('POST', `/stemma/v1/instruments/${body.instrument}/state`, { body: { state: 'open' } })
  return body.instrument
}

async function traderOf(world: World, party: `pty_${number}`, name: string): Promise<Trader> {
  const { account } = await world.run<{ account: number }>('accounts.open', {
    party: number(party),
    main: null,
    template: null,
    name,
    displayName: name,
    type: 'fully_collateralised',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  await world.run('deposits.create', {
    account,
    currency: 'USD',
    amount: 1_000_000_000n,
    reference: null,
    description: null,
    settle: true,
  })
  const id = `acc_${account}` as const
  const reports = await userOf(world, party, `${name}-reports`, ['drop_copy_user'])
  return {
    account: id,
    party,
    key: await boundUser(world, party, `${name}-trader`, id, 'full'),
    dropCopy: await world.keyOf(reports),
  }
}

const userOf = async (world: World, party: string, name: string, roles: string[]): Promise<number> =>
  (
    await world.run<{ user: number }>('users.create', {
      party: number(party),
      name,
      displayName: name,
      sealedEmail: null,
      kyc: null,
      roles,
      scopes: [],
      account: null,
    })
  ).user

/** The key of a trading user with one binding. */
async function boundUser(
  world: World,
  party: string,
  name: string,
  account: string,
  level: string,
): Promise<string> {
  const user = await userOf(world, party, name, ['trading_user'])
  await world.run('bindings.create', {
    user,
    targetKind: 'account',
    target: number(account),
    level,
    alias: null,
    endsAt: null,
  })
  return world.keyOf(user)
}
