/** The demo world is built without a refusal, is the same every time, and shows what it promises. */
import { createHash } from 'node:crypto'
import {
  type AccountId,
  type CurrencyCode,
  currencyOf,
  type Engine,
  formatAmount,
  formatPrice,
  type Id,
  type InstrumentId,
  type Price,
  stateHash,
} from '@stemma/core'
import { beforeAll, expect, test } from 'vitest'
import { demoFile } from './credentials.js'
import { engineWithPort } from './testing/engine-port.js'
import { createDemoWorld, type DemoWorld } from './world.js'

let engine: Engine
let world: DemoWorld

beforeAll(async () => {
  const fresh = engineWithPort()
  engine = fresh.engine
  world = await createDemoWorld(fresh.port)
})

/** posted/held of an account in a currency, as a person writes it. */
function balance(account: Id, code: string): string {
  const { ledger } = engine.rooms
  const currency = currencyOf(code as CurrencyCode)
  const row = ledger.find(account as AccountId, currency.code)
  return `${formatAmount(ledger.posted(row), currency)} / ${formatAmount(ledger.held(row), currency)}`
}

function stateOf(account: Id): string {
  const { accounts } = engine.rooms.hierarchy
  const row = accounts.row(account as AccountId)
  return `${accounts.stage.get(row)} ${accounts.status.get(row)}`
}

test('two worlds with the same keys have the same state, to the last bit', async () => {
  const again = engineWithPort()
  await createDemoWorld(again.port)
  const hash = (of: Engine) => stateHash(of.image, new Sha256())
  expect(hash(again.engine)).toBe(hash(engine))
})

test('every currency sums to zero over the whole book', () => {
  const { balances } = engine.rooms.ledger
  const sums = new Map<string, bigint>()
  for (const id of balances.idsInOrder()) {
    const row = balances.row(id)
    const code = balances.currency.get(row)
    sums.set(code, (sums.get(code) ?? 0n) + engine.rooms.ledger.posted(row))
  }
  expect([...sums.keys()].sort()).toEqual(['BTC', 'DKK', 'ETH', 'EUR', 'USD', 'USDC'])
  expect([...sums.values()].every((sum) => sum === 0n)).toBe(true)
})

test('the firm of the first venue has an active, a suspended and a closed account', () => {
  const { active, suspended, closed } = world.acme.accounts
  expect([active, suspended, closed].map(stateOf)).toEqual([
    'approved active',
    'approved suspended',
    'approved closed',
  ])
  // 25,000.00 - 1,500.00 - 2,000.00 - 500.00 + 500.00
  expect(balance(active, 'USD')).toBe('21500.00 / 0.00')
  expect(balance(suspended, 'USD')).toBe('2000.00 / 0.00')
  expect(balance(closed, 'USD')).toBe('0.00 / 0.00')
  expect(balance(world.acme.holding, 'USD')).toBe('100000.00 / 0.00')
})

test('the partner has a client in three currencies, and a withdrawal that waits for a second person', () => {
  const { usd, eur, dkk, alone } = world.nordlys.accounts
  expect(balance(usd, 'USD')).toBe('18250.00 / 0.00')
  expect(balance(eur, 'EUR')).toBe('42000.00 / 0.00')
  // 515,000.00 - 60,000.00
  expect(balance(dkk, 'DKK')).toBe('455000.00 / 0.00')
  expect(balance(alone, 'DKK')).toBe('60000.00 / 0.00')
  const { groups, accounts } = engine.rooms.hierarchy
  const grouped = [usd, eur, dkk, alone].filter(
    (id) => accounts.group.get(accounts.row(id as AccountId)) !== null,
  )
  expect(groups.size).toBe(1)
  expect(grouped).toEqual([usd, eur])
})

test('the crypto client has a main account and three subaccounts', () => {
  const { main, subaccounts } = world.kestrel
  // 12.5 - 2.25 + 0.25, of which 0.5 is promised by the prepared transfer
  expect(balance(main, 'BTC')).toBe('10.50000000 / 0.50000000')
  expect(balance(main, 'ETH')).toBe('50.00000000 / 0.00000000')
  expect(balance(main, 'USDC')).toBe('210000.000000 / 0.000000')
  // 2.25 - 0.25, less 0.1 calls at 0.0805.
  expect(balance(subaccounts[0], 'BTC')).toBe('1.99195000 / 0.00000000')
  expect(balance(subaccounts[1], 'ETH')).toBe('30.00000000 / 0.00000000')
  expect(balance(subaccounts[2], 'USDC')).toBe('40000.000000 / 0.000000')
})

test('the retail broker has cash, margin and day-trader accounts in every status', () => {
  const { accounts, accountByName } = engine.rooms.hierarchy
  const states = ['cash', 'margin', 'day-trader'].map((type) =>
    ['new', 'sent', 'rejected', 'active', 'suspended', 'closed'].map((status) => {
      const row = accountByName.find(`liberty-${type}-${status}`)
      return stateOf(accounts.id(row))
    }),
  )
  const each = [
    'new active',
    'sent_to_clearing active',
    'rejected active',
    'approved active',
    'approved suspended',
    'approved closed',
  ]
  expect(states).toEqual([each, each, each])
})

test('the contract of the first venue is open, with a last trade and another firm’s orders on both sides', () => {
  const { market, trading } = engine.rooms
  const { contract, maker } = world.markets
  const row = market.instruments.row(contract as InstrumentId)
  expect([market.instruments.symbol.get(row), market.state(row)]).toEqual([
    'tec-nfl-sbw-2026-02-08-kc',
    'open',
  ])
  expect(market.lastPrice(row)).toBe(495n * 10n ** 15n)
  const orders = trading.ordersOf.of(maker.account as AccountId)
  const quotes = orders.map((order) => [
    trading.orders.side.get(order),
    formatPrice(trading.orders.price.get(order) as Price),
  ])
  expect(quotes).toEqual([
    ['sell', '0.5'],
    ['sell', '0.505'],
    ['sell', '0.51'],
    ['buy', '0.49'],
    ['buy', '0.485'],
    ['buy', '0.48'],
  ])
  // The desk paid 200 × 0.495 and a fee of 0.0695 × 200 × 0.495 × 0.505 = 3.47.
  expect(balance(maker.account, 'USD')).toBe('250099.62 / 0.00')
})

test('one event has two contracts, and two clients hold the share', () => {
  const { market, trading } = engine.rooms
  const events = world.markets.event.map((id) =>
    market.instruments.event.get(market.instruments.row(id as InstrumentId)),
  )
  expect(events).toEqual(['tec-nfl-sbw-2027-02-14', 'tec-nfl-sbw-2027-02-14'])
  const { cash, margin } = world.liberty.active
  const held = [cash, margin].map((account) =>
    trading.held(account as AccountId, world.markets.share as InstrumentId),
  )
  expect(held).toEqual([100n, 250n])
})

test('something waits in every queue', () => {
  expect(balance(world.liberty.active.cash, 'USD')).toBe('12500.00 / 400.00')
  expect(balance(world.borealis.accounts.proprietary, 'USD')).toBe('80000.00 / 5000.00')
  const { blocks } = engine.rooms.hierarchy
  expect(blocks.target.get(blocks.row(world.waiting.block as never))).toBe(world.borealis.accounts.customers)
  expect(world.waiting.approval).toBeGreaterThan(0)
})

test('the trading user reaches its firm’s accounts and nobody else’s', () => {
  const { access, identity } = engine.rooms
  const user = identity.users.id(identity.userByName.find('api-acme-trading'))
  expect(access.abilities(user, { account: world.acme.accounts.active })).not.toBe(0)
  expect(access.abilities(user, { account: world.borealis.accounts.proprietary })).toBe(0)
  expect(access.abilities(user, { account: world.liberty.active.cash })).toBe(0)
})

test('the demo file names exactly the ways in that are served', () => {
  const address = { tokenUrl: 'http://127.0.0.1:4000/oauth/token', audience: 'http://127.0.0.1:4000' }
  const file = demoFile(world.credentials, address)
  expect(Object.keys(file)).toEqual(['native', 'polymarket-us', 'deribit'])
  expect(file.native.operator.apiKey).toBe('sk_demo-operator_test')
  expect(file['polymarket-us']).toMatchObject(address)
  expect(file['polymarket-us'].clients.map(({ user, scopes }) => [user, scopes.join(' ')])).toEqual([
    ['firms/api-acme-participantfirm/users/api-acme-trading', 'read:orders write:orders read:positions'],
    ['firms/api-acme-participantfirm/users/api-acme-dropcopy', 'read:dropcopy'],
    [
      'firms/api-acme-participantfirm/users/api-acme-treasurer',
      'read:accounts read:positions read:funding write:funding write:cash-movements read:kyc write:kyc',
    ],
    [
      'firms/api-borealis-participantfirm/users/api-borealis-trading',
      'read:orders write:orders read:positions',
    ],
    [
      'firms/api-acme-participantfirm/users/api-acme-operations',
      'read:accounts read:orders read:positions read:reports read:instruments read:marketdata read:l2marketdata',
    ],
    [
      'firms/api-polaris-participantfirm/users/api-polaris-trading',
      'read:orders write:orders read:positions read:reports read:instruments read:marketdata read:l2marketdata',
    ],
  ])
  expect(file['polymarket-us'].instrument).toBe('tec-nfl-sbw-2026-02-08-kc')
})

class Sha256 {
  private readonly hash = createHash('sha256')
  update(text: string): void {
    this.hash.update(text)
  }
  digest(): string {
    return this.hash.digest('hex')
  }
}
