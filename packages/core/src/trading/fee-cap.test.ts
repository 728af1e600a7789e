import { expect, test } from 'vitest'
import { after, DAY } from '../image/index.js'
import { currencyOf, formatAmount } from '../money/index.js'
import { BTC, margined, openDerivatives, option, publish } from '../testing/derivatives-world.js'
import { at, place } from '../testing/market-world.js'
import { done, refusedWith, START } from '../testing/world.js'

/** 0.0003 coin a coin, never more than an eighth of what the option costs. */
const SCHEDULE = {
  name: 'options',
  kind: 'quantity',
  takerRate: at('0.0003'),
  makerRate: at('0.0003'),
  capRate: at('0.125'),
  rounding: 'half_even',
}

test.each([
  // Two coins: an eighth of 2 × 0.0005 is below 2 × 0.0003, of 2 × 0.05 it is not.
  ['0.0005', '0.00012500'],
  ['0.05', '0.00060000'],
  ['0.0025', '0.00060000'],
] as const)('options at %s cost a fee of %s', (price, fee) => {
  const world = openDerivatives('100000')
  const { engine } = world
  const { feeSchedule } = done<{ feeSchedule: number }>(engine, 'fee_schedules.create', SCHEDULE)
  const call = option(engine, 'inverse', 'call', '150000', after(START, DAY), { feeSchedule })
  publish(engine, [[call, price]])
  const [buyer, seller] = [margined(world, 'buyer', { BTC: '10' }), margined(world, 'seller', { BTC: '10' })]
  place(engine, { account: seller, instrument: call, side: 'sell', quantity: 20, price })
  place(engine, { account: buyer, instrument: call, quantity: 20, price })
  const { trading } = engine.rooms
  for (const account of [buyer, seller]) {
    const paid = trading.positions.fees.get(trading.holders.find(call, account))
    expect(formatAmount(paid, currencyOf(BTC))).toBe(fee)
  }
})

test('a cap is above zero and at most one', () => {
  const { engine } = openDerivatives()
  for (const capRate of [0n, -1n, at('1') + 1n])
    expect(refusedWith(engine, 'fee_schedules.create', { ...SCHEDULE, capRate })).toBe('malformed')
  done(engine, 'fee_schedules.create', { ...SCHEDULE, capRate: at('1') })
})
