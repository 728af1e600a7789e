/**
 * What can be traded: the contract of the first venue's own example with a market maker on both sides and a last trade,
 * an event of two contracts of which one can come true, and a share that some clients hold.
 */
import {
  type Actor,
  type CurrencyCode,
  type Id,
  PLAIN_LIMIT,
  type Plain,
  type Price,
  parsePrice,
  type Quantity,
} from '@stemma/core'
import { type Builder, money } from '../builder.js'
import type { VenueClient } from '../credentials.js'
import type { Acme } from './acme.js'
import type { Borealis } from './borealis.js'
import type { Liberty } from './liberty.js'

export const INSTRUMENT = 'tec-nfl-sbw-2026-02-08-kc'

export interface Markets {
  /** The firm that makes the market, and the account that its orders rest in. */
  readonly maker: { readonly firm: Id; readonly account: Id }
  readonly contract: Id
  readonly event: readonly [Id, Id]
  readonly share: Id
  readonly clients: readonly VenueClient[]
}

const MAKER = 'api-polaris-participantfirm'
const USD = 'USD' as CurrencyCode
const price = (text: string): Price => parsePrice(text) as Price

/** Scopes for reading what is traded and what was. */
const READING = ['reports:read', 'instruments:read', 'marketdata:read', 'l2marketdata:read']
const READING_AT_VENUE = ['read:reports', 'read:instruments', 'read:marketdata', 'read:l2marketdata']

/** The highest of the venue's tiers, so that scripts do not run into the limits of a beginner. */
const TIER = 4

export async function createMarkets(
  builder: Builder,
  {
    acme,
    borealis,
    liberty,
  }: { readonly acme: Acme; readonly borealis: Borealis; readonly liberty: Liberty },
): Promise<Markets> {
  const fees = await builder.make(
    'feeSchedule',
    'fee_schedules.create',
    {
      name: 'venue-2026-09-25',
      kind: 'quadratic',
      takerRate: price('0.0695'),
      makerRate: -price('0.0125'),
      rounding: 'half_even',
    },
    'Fees as published',
  )
  const contract = await open(
    builder,
    eventContract(INSTRUMENT, 'Kansas City wins the game of 8 February', fees),
  )
  const event = await createEvent(builder, fees)
  const share = await createShare(builder, liberty)
  const maker = await createMaker(builder, borealis.member)
  await makeMarket(builder, maker, await createDesk(builder, borealis), contract)
  for (const node of [acme.firm, borealis.firm, maker.firm])
    await builder.run(
      'settings.set',
      { node, name: 'venue.order_rate_tier', value: TIER, from: null },
      'Tier as agreed',
    )
  return {
    maker: { firm: maker.firm, account: maker.account },
    contract,
    event,
    share,
    clients: [await createOperations(builder, acme), maker.client],
  }
}

const eventContract = (
  symbol: string,
  displayName: string,
  feeSchedule: Id,
  event: string | null = null,
) => ({
  symbol,
  displayName,
  kind: 'event_contract',
  currency: USD,
  tick: price('0.001'),
  quantityScale: 0,
  lot: 1n as Quantity,
  multiplier: price('1'),
  priceLow: price('0.01'),
  priceHigh: price('0.99'),
  quantityMax: 1_000_000n as Quantity,
  notionalMax: null,
  settlementDays: 0,
  feeSchedule,
  event,
  venue: null,
  expiresAt: null,
  metadata: { eventSeries: 'tec-nfl-sbw', eventCategory: 'sports', question: `${displayName}?` },
})

async function open(builder: Builder, input: { readonly [key: string]: Plain }): Promise<Id> {
  const instrument = await builder.make('instrument', 'instruments.create', input, 'Listed')
  await builder.run('instruments.set_state', { instrument, state: 'open', version: null }, 'Trading begins')
  return instrument
}

async function createEvent(builder: Builder, fees: Id): Promise<readonly [Id, Id]> {
  const event = 'tec-nfl-sbw-2027-02-14'
  const side = (code: string, name: string) =>
    open(builder, eventContract(`${event}-${code}`, `${name} wins the game of 14 February`, fees, event))
  return [await side('kc', 'Kansas City'), await side('phi', 'Philadelphia')]
}

async function createShare(builder: Builder, { active }: Liberty): Promise<Id> {
  const share = await open(builder, {
    ...eventContract('ACME', 'ACME Corporation', 0 as Id),
    kind: 'equity',
    tick: price('0.01'),
    priceLow: null,
    priceHigh: null,
    settlementDays: 1,
    feeSchedule: null,
    metadata: { isin: 'US0000000ACME' },
  })
  const holdings = [
    [active.cash, 100n, '4250.00'],
    [active.margin, 250n, '10500.00'],
  ] as const
  for (const [account, quantity, worth] of holdings)
    await builder.run(
      'positions.adjust',
      {
        account,
        instrument: share,
        quantity: quantity as Quantity,
        cost: money(worth, 'USD').amount,
        description: 'Brought along from another broker',
      },
      'Transfer of securities',
    )
  return share
}

interface Trader {
  readonly account: Id
  readonly actor: Actor
}

async function createMaker(
  builder: Builder,
  owner: Id,
): Promise<Trader & { readonly firm: Id; readonly client: VenueClient }> {
  const firm = await builder.party({
    owner,
    kind: 'participant',
    name: MAKER,
    displayName: 'Polaris Market Making LP',
  })
  const account = await builder.account({
    party: firm,
    name: 'api-polaris-account-1',
    displayName: 'Polaris main',
    type: 'fully_collateralised',
  })
  await builder.deposit(account, 'USD', '250000.00', 'First funding')
  const user = await builder.user({
    party: firm,
    name: 'api-polaris-trading',
    displayName: 'Polaris trading',
    email: 'trading@polaris.example',
    roles: ['trading_user'],
    scopes: READING,
  })
  await builder.bind(user, account)
  const { client, actor } = await builder.newVenueClient(
    user,
    'polaris-trading-client',
    `firms/${MAKER}/users/api-polaris-trading`,
    ['read:orders', 'write:orders', 'read:positions', ...READING_AT_VENUE],
  )
  return { firm, account, actor, client }
}

/** An account of the second firm for its own trading, so that the last trade has another side. */
async function createDesk(builder: Builder, { firm, trading, actor }: Borealis): Promise<Trader> {
  const account = await builder.account({
    party: firm,
    name: 'api-borealis-account-3',
    displayName: 'Borealis event desk',
    type: 'fully_collateralised',
  })
  await builder.deposit(account, 'USD', '10000.00', 'Risk capital of the desk')
  await builder.bind(trading, account)
  return { account, actor }
}

/** 10,000, 5,000 and 5,000 on each side around 0.495, at which the desk has bought 200. */
const QUOTES = [
  ['sell', '0.500', 10_000n],
  ['sell', '0.505', 5_000n],
  ['sell', '0.510', 5_000n],
  ['buy', '0.490', 10_000n],
  ['buy', '0.485', 5_000n],
  ['buy', '0.480', 5_000n],
] as const

async function makeMarket(builder: Builder, maker: Trader, desk: Trader, instrument: Id): Promise<void> {
  const place = ({ account, actor }: Trader, side: string, at: string, quantity: bigint) =>
    builder
      .as(actor)
      .run(
        'orders.place',
        { ...limit(at), account, instrument, side, quantity: quantity as Quantity },
        'Quote',
      )
  await place(maker, 'sell', '0.495', 200n)
  await place(desk, 'buy', '0.495', 200n)
  for (const [side, at, quantity] of QUOTES) await place(maker, side, at, quantity)
}

const limit = (at: string) => ({
  ...PLAIN_LIMIT,
  price: price(at),
})

/** Who reads the first firm's reports and prices: its traders have the scopes for trading alone. */
async function createOperations(builder: Builder, { firm, accounts }: Acme): Promise<VenueClient> {
  const user = await builder.user({
    party: firm,
    name: 'api-acme-operations',
    displayName: 'ACME operations',
    email: 'operations@acme.example',
    roles: [],
    scopes: ['accounts:read', 'orders:read', 'positions:read', ...READING],
  })
  for (const account of Object.values(accounts)) await builder.bind(user, account, 'read_only')
  return builder.venueClient(
    user,
    'acme-operations-client',
    'firms/api-acme-participantfirm/users/api-acme-operations',
    ['read:accounts', 'read:orders', 'read:positions', ...READING_AT_VENUE],
  )
}
