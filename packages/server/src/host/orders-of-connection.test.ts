// What ends with a connection ends however busy the server is.
import { PLAIN_LIMIT, type Plain } from '@stemma/core'
import { beforeEach, expect, test } from 'vitest'
import { done, type HostWorld, newParty, openHost, SYSTEM, turns } from '../testing/host-world.js'
import { ASKED_AGAIN_AFTER_MILLISECONDS } from './disconnected.js'
import { OrdersOfConnection } from './orders-of-connection.js'
import { ManualTimer } from './timer.js'

const CENT = 10n ** 16n
let world: HostWorld
let timer: ManualTimer
let account: number
let orders: OrdersOfConnection
let logged: string[]

const stateOf = (order: number): string | null => {
  const { orders: open } = world.engine.rooms.trading
  const row = open.find(order as never)
  return row === -1 ? null : open.state.get(row)
}

beforeEach(async () => {
  world = await openHost()
  timer = new ManualTimer()
  logged = []
  const run = <Result>(command: string, input: Plain): Promise<Result> => done<Result>(world, command, input)
  const { party } = await run<{ party: number }>('parties.create', newParty(world.root, 'member').input)
  const opening = { party, main: null, template: null, name: 'trader', displayName: 'trader' }
  const kind = { type: 'fully_collateralised', baseCurrency: null, needsClearing: false, attributes: {} }
  ;({ account } = await run<{ account: number }>('accounts.open', { ...opening, ...kind }))
  const deposit = { account, currency: 'USD', amount: 10n ** 12n, reference: null, description: null }
  await run('deposits.create', { ...deposit, settle: true })
  const log = { debug: () => logged.push('debug'), error: () => logged.push('error') }
  orders = new OrdersOfConnection({ host: world.host, timer, log: log as never })
})

async function openOrder(): Promise<number> {
  const { instrument } = await done<{ instrument: number }>(world, 'instruments.create', {
    ...{ symbol: 'rain', displayName: 'rain', kind: 'event_contract', currency: 'USD', tick: CENT },
    ...{ quantityScale: 0, lot: 1n, multiplier: 100n * CENT, priceLow: CENT, priceHigh: 99n * CENT },
    ...{ quantityMax: null, notionalMax: null, settlementDays: 0, feeSchedule: null, event: null },
    ...{ venue: null, expiresAt: null, metadata: {} },
  })
  await done(world, 'instruments.set_state', { instrument, state: 'open', version: null })
  const { connection } = orders
  await done(world, 'disconnects.enable', { account, connection })
  await orders.arm(account as never, true)
  const asked = { account, instrument, side: 'buy', quantity: 1n, price: 10n * CENT, connection }
  return (await done<{ order: number }>(world, 'orders.place', { ...PLAIN_LIMIT, ...asked })).order
}

test('a connection that is lost while the server takes no work ends its orders as soon as it does', async () => {
  const order = await openOrder()
  world.store.forceLag({ batches: 9, bytes: 2 ** 30, milliseconds: 60_000 })
  const ended = orders.endUnattended()
  await turns()
  timer.advance(ASKED_AGAIN_AFTER_MILLISECONDS)
  await turns()
  expect(stateOf(order)).toBe('new')
  world.store.forceLag({ batches: 0, bytes: 0, milliseconds: 0 })
  timer.advance(ASKED_AGAIN_AFTER_MILLISECONDS)
  await ended
  expect([stateOf(order), logged]).toEqual([null, []])
})

test('a server that stops leaves them to the next process, which knows of them', async () => {
  const order = await openOrder()
  await world.host.stop()
  await orders.endUnattended()
  expect([stateOf(order), logged]).toEqual(['new', ['debug']])
})

test('nothing is remembered of an account that there is not', async () => {
  const opener = { account: 9_999_999 as never, authenticated: { actor: SYSTEM } }
  await orders.join(opener)
  expect(orders.endsFor(opener.account)).toBe(false)
})
