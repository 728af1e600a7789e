/**
 * What the crypto client trades: perpetuals, a future and options on one coin, perpetuals on another, and the coins
 * themselves against each other, with a firm that makes the market. The rates are those that the second venue published.
 */
import type { Id, Plain, Price, Quantity } from '@stemma/core'
import { PLAIN_LIMIT, parseInstant, parsePrice } from '@stemma/core'
import type { Builder } from '../builder.js'
import type { Kestrel } from './kestrel.js'

export interface Derivatives {
  readonly maker: Id
  /** By symbol. */
  readonly instruments: ReadonlyMap<string, Id>
}

const at = (text: string): Price => parsePrice(text) as Price
const EXPIRY = parseInstant('2027-06-25T08:00:00Z') as number

/** 2 % + size × 0.005 %, 1 % + size × 0.005 % (deribit section 13.5). */
const BTC_RATES = {
  initial: at('0.02'),
  maintenance: at('0.01'),
  initialPerUnit: at('0.00005'),
  maintenancePerUnit: at('0.00005'),
  optionFloor: 0n,
}
const ETH_RATES = { ...BTC_RATES, initialPerUnit: at('0.000004'), maintenancePerUnit: at('0.000004') }
/** Of options: 15 % less what is out of the money, at least 10 %; 7.5 %. */
const OPTION_RATES = {
  initial: at('0.15'),
  maintenance: at('0.075'),
  initialPerUnit: 0n,
  maintenancePerUnit: 0n,
  optionFloor: at('0.1'),
}
const FUNDING = { damper: at('0.0005'), cap: at('0.005') }

type Fields = { readonly [key: string]: Plain }

const listed = (symbol: string, displayName: string, more: Fields): Fields => ({
  symbol,
  displayName,
  multiplier: at('1'),
  quantityScale: 0,
  priceLow: null,
  priceHigh: null,
  quantityMax: null,
  notionalMax: null,
  settlementDays: 0,
  feeSchedule: null,
  event: null,
  venue: null,
  stopTrigger: 'last_trade',
  expiresAt: null,
  metadata: {},
  ...more,
})

const inverse = (base: string, tick: string, lot: bigint): Fields => ({
  currency: base,
  tick: at(tick),
  lot: lot as Quantity,
  priceLow: at(tick),
  derivative: { style: 'inverse', base, index: `${base.toLowerCase()}_usd`, option: null, funding: FUNDING },
})

const option = (type: 'call' | 'put', strike: string): Fields => ({
  kind: 'option',
  currency: 'BTC',
  tick: at('0.0005'),
  quantityScale: 1,
  lot: 1n as Quantity,
  derivative: {
    style: 'inverse',
    base: 'BTC',
    index: 'btc_usd',
    option: { type, strike: at(strike) },
    funding: null,
  },
  marginRates: OPTION_RATES,
  expiresAt: EXPIRY,
})

/** The venue takes no fees on spot. */
const pair = (base: string, quote: string, tick: string): Fields => ({
  kind: 'currency_pair',
  baseCurrency: base,
  currency: quote,
  tick: at(tick),
  quantityScale: 4,
  lot: 1n as Quantity,
})

const INSTRUMENTS: readonly Fields[] = [
  listed('BTC-PERPETUAL', 'Bitcoin perpetual', {
    kind: 'perpetual',
    ...inverse('BTC', '0.5', 10n),
    marginRates: BTC_RATES,
  }),
  listed('ETH-PERPETUAL', 'Ethereum perpetual', {
    kind: 'perpetual',
    ...inverse('ETH', '0.05', 1n),
    marginRates: ETH_RATES,
  }),
  listed('BTC_USDC-PERPETUAL', 'Bitcoin perpetual in USDC', {
    kind: 'perpetual',
    currency: 'USDC',
    tick: at('0.5'),
    quantityScale: 4,
    lot: 1n as Quantity,
    derivative: { style: 'linear', base: 'BTC', index: 'btc_usd', option: null, funding: FUNDING },
    marginRates: BTC_RATES,
  }),
  listed('BTC-25JUN27', 'Bitcoin future of June 2027', {
    kind: 'future',
    ...inverse('BTC', '0.5', 10n),
    derivative: { style: 'inverse', base: 'BTC', index: 'btc_usd', option: null, funding: null },
    marginRates: BTC_RATES,
    expiresAt: EXPIRY,
  }),
  listed('BTC-25JUN27-120000-C', 'Bitcoin call 120,000 of June 2027', option('call', '120000')),
  listed('BTC-25JUN27-80000-P', 'Bitcoin put 80,000 of June 2027', option('put', '80000')),
  listed('BTC_USDC', 'Bitcoin against USDC', pair('BTC', 'USDC', '1')),
  listed('ETH_USDC', 'Ether against USDC', pair('ETH', 'USDC', '0.1')),
  listed('ETH_BTC', 'Ether against bitcoin', pair('ETH', 'BTC', '0.00001')),
]

const MARKS: Readonly<Record<string, string>> = {
  'BTC-PERPETUAL': '100000',
  'ETH-PERPETUAL': '4000',
  'BTC_USDC-PERPETUAL': '100000',
  'BTC-25JUN27': '102000',
  'BTC-25JUN27-120000-C': '0.08',
  'BTC-25JUN27-80000-P': '0.04',
  BTC_USDC: '100000',
  ETH_USDC: '4000',
  ETH_BTC: '0.04',
}
const INDEXES: Readonly<Record<string, string>> = {
  btc_usd: '100000',
  eth_usd: '4000',
  usdc_usd: '1',
  btc_usdc: '100000',
  eth_usdc: '4000',
  eth_btc: '0.04',
}

/** Price, and quantity in the units of the instrument, on each side. */
const QUOTES: readonly (readonly [symbol: string, bid: string, offer: string, quantity: bigint])[] = [
  ['BTC-PERPETUAL', '99990', '100010', 50_000n],
  ['BTC-PERPETUAL', '99950', '100050', 100_000n],
  ['ETH-PERPETUAL', '3999', '4001', 20_000n],
  ['BTC_USDC-PERPETUAL', '99990', '100010', 5_000n],
  ['BTC-25JUN27', '101950', '102050', 20_000n],
  ['BTC-25JUN27-120000-C', '0.0795', '0.0805', 20n],
  ['BTC-25JUN27-80000-P', '0.0395', '0.0405', 20n],
  ['BTC_USDC', '99990', '100010', 10_000n],
  ['BTC_USDC', '99900', '100100', 20_000n],
  ['ETH_USDC', '3999', '4001', 100_000n],
  ['ETH_BTC', '0.03995', '0.04005', 100_000n],
]

export async function createDerivatives(builder: Builder, root: Id, kestrel: Kestrel): Promise<Derivatives> {
  const instruments = new Map<string, Id>()
  for (const input of INSTRUMENTS) {
    const instrument = await builder.make('instrument', 'instruments.create', input, 'Listed')
    await builder.run('instruments.set_state', { instrument, state: 'open', version: null }, 'Trading begins')
    instruments.set(String(input.symbol), instrument)
  }
  const idOf = (symbol: string): Id => instruments.get(symbol) as Id
  const prices = Object.entries(MARKS).map(([symbol, price]) => ({
    instrument: idOf(symbol),
    price: at(price),
  }))
  const indexes = Object.entries(INDEXES).map(([name, price]) => ({ name, price: at(price) }))
  await builder.run('prices.publish', { prices, indexes }, 'Prices of the day')
  const maker = await createMaker(builder, root)
  for (const [symbol, bid, offer, quantity] of QUOTES) {
    await place(builder, maker, idOf(symbol), 'buy', bid, quantity)
    await place(builder, maker, idOf(symbol), 'sell', offer, quantity)
  }
  const [first, , third] = kestrel.subaccounts
  await place(builder, kestrel.main, idOf('BTC-PERPETUAL'), 'buy', '100010', 10_000n)
  await place(builder, first, idOf('BTC-25JUN27'), 'sell', '101950', 5_000n)
  await place(builder, first, idOf('BTC-25JUN27-120000-C'), 'buy', '0.0805', 1n)
  await place(builder, third, idOf('BTC_USDC-PERPETUAL'), 'buy', '100010', 1_000n)
  return { maker, instruments }
}

async function createMaker(builder: Builder, root: Id): Promise<Id> {
  const party = await builder.party({
    owner: root,
    kind: 'client',
    name: 'meridian-liquidity',
    displayName: 'Meridian Liquidity BV',
    baseCurrency: 'USDC',
  })
  const account = await builder.account({
    party,
    name: 'meridian-main',
    displayName: 'Meridian',
    type: 'segregated_standard',
  })
  await builder.deposit(account, 'BTC', '100.00000000', 'On chain')
  await builder.deposit(account, 'ETH', '1000.00000000', 'On chain')
  await builder.deposit(account, 'USDC', '1000000.000000', 'On chain')
  return account
}

const place = (
  builder: Builder,
  account: Id,
  instrument: Id,
  side: 'buy' | 'sell',
  price: string,
  quantity: bigint,
): Promise<Plain> =>
  builder.run(
    'orders.place',
    {
      ...PLAIN_LIMIT,
      account,
      instrument,
      side,
      quantity: quantity as Quantity,
      price: at(price),
    },
    'Quote',
  )
