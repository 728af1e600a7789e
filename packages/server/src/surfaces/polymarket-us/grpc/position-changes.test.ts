/** Positions of a firm as they change: by fills, corrections, adjustments and settlement. */
import { type CurrencyCode, currencyOf, parseAmount } from '@stemma/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import { asOperator, opened, POSITIONS, trade } from '../../../testing/drop-copies.js'
import type { Stream } from '../../../testing/grpc-client.js'
import { ACCOUNT, OTHER_ACCOUNT, openContract, SYMBOL } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'

let world: TradingVenue

beforeEach(async () => {
  world = await openTradingVenue(new ManualTimer())
})
afterEach(() => world.close())

const T0 = 1_767_625_200
const open = (message: object = {}, token: string = world.tokens.copy): Stream =>
  world.client.open(POSITIONS, message, { token })
const changes = async (stream: Stream) => (await stream.next()).position_changes

test('by fills, by busts and by corrections', async () => {
  const stream = await opened(open())
  await trade(world, 37, 3)
  expect(await changes(stream)).toMatchObject([
    {
      position: { account: ACCOUNT, symbol: SYMBOL, net_position: '3', cost: '111', qty_bought: '3' },
      change_time: { seconds: String(T0), nanos: 0 },
    },
  ])
  const [row] = await world.venue.host.history('executions', { oneOf: { type: ['filled'] }, limit: 1 })
  const reason = 'clearly erroneous'
  const path = `/trades/trd_${row?.trade}`
  const { trade: corrected } = await asOperator(world, 'POST', `${path}/correct`, { price: '0.30', reason })
  // Taken back at 0.37 and booked anew at 0.30.
  expect(await changes(stream)).toMatchObject([
    { position: { net_position: '0', cost: '0' } },
    { position: { net_position: '3', cost: '90' } },
  ])
  await asOperator(world, 'POST', `/trades/${corrected}/bust`, { reason })
  expect(await changes(stream)).toMatchObject([{ position: { net_position: '0', cost: '0' } }])
})

test('by an adjustment and by the settlement, for each firm its own', async () => {
  const [own, other] = [await opened(open()), await opened(open({}, world.tokens.otherCopy))]
  await trade(world, 37, 3)
  expect(await changes(own)).toMatchObject([{ position: { net_position: '3', cost: '111' } }])
  expect(await changes(other)).toMatchObject([{ position: { net_position: '-3' } }])
  const { instrument, venue } = world
  // Contracts come into being by trades only; shares can come from elsewhere.
  const share = await openContract(venue, 'share', { kind: 'equity', priceLow: null, priceHigh: null })
  await venue.run('positions.adjust', {
    account: world.acme.main,
    instrument: share,
    quantity: 2n,
    cost: parseAmount('0.50', currencyOf('USD' as CurrencyCode)) as bigint,
    description: 'from another broker',
  })
  expect(await changes(own)).toMatchObject([
    { position: { account: ACCOUNT, symbol: 'share', net_position: '2', cost: '50', realized: '0' } },
  ])
  await venue.run('instruments.settle', { instrument, price: 10n ** 18n })
  const settled = Promise.all([changes(own), changes(other)])
  let isSettled = false
  void settled.finally(() => {
    isSettled = true
  })
  while (!isSettled) {
    venue.move(1)
    venue.host.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [mine, theirs] = await settled
  // 3 are paid 1.00 each for 1.11; the short pays 3.00 for the 1.11 that it got.
  expect(mine).toMatchObject([
    { position: { account: ACCOUNT, net_position: '0', cost: '0', realized: '189', expired: true } },
  ])
  expect(theirs).toMatchObject([
    { position: { account: OTHER_ACCOUNT, net_position: '0', cost: '0', realized: '-189', expired: true } },
  ])
})

test('from a time on, that moment included', async () => {
  await trade(world, 30)
  world.venue.move(10)
  await trade(world, 31)
  const told = async (seconds: number, count: number) => {
    const stream = await opened(open({ resume_time: { seconds, nanos: 0 } }))
    const seen: { position: { net_position: string } }[] = []
    while (seen.length < count) seen.push(...(await changes(stream)))
    return seen.map(({ position }) => position.net_position)
  }
  expect(await told(T0, 2)).toEqual(['1', '2'])
  expect(await told(T0 + 10, 1)).toEqual(['2'])
})
