import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { inversePerpetual, margined, openDerivatives, publish } from '../testing/derivatives-world.js'
import { contract, place, placeFault, trader } from '../testing/market-world.js'
import { done, openAccount } from '../testing/world.js'

function desk() {
  const world = openDerivatives('100000')
  const { engine } = world
  const main = margined(world, 'main', { BTC: '10' })
  const sub = openAccount(engine, world.firm, 'sub', { main, type: 'segregated_standard' })
  done(engine, 'transfers.create', {
    from: main,
    to: sub,
    currency: 'BTC',
    amount: 10n ** 10n,
    description: null,
  })
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  return { world, engine, main, sub, instrument }
}
const say = (engine: Engine, account: AccountId, attributes: object) =>
  done(engine, 'accounts.update', {
    account,
    displayName: null,
    type: null,
    attributes,
    version: null,
  } as never)
const restingOf = (engine: Engine, account: AccountId) => engine.rooms.trading.ordersOf.count(account)

describe('an account that would trade with itself', () => {
  test('refuses the incoming order where it carries derivatives and says nothing else', () => {
    const { engine, main, sub, instrument } = desk()
    place(engine, { account: main, instrument, side: 'sell', quantity: 100, price: '100000' })
    expect(placeFault(engine, { account: main, instrument, quantity: 100, price: '100000' })).toBe(
      'self_match',
    )
    // Another account of the same main account is another.
    place(engine, { account: sub, instrument, quantity: 50, price: '100000' })
    expect(engine.rooms.trading.held(sub, instrument)).toBe(50n)
  })

  test('cancels what rests where it says so', () => {
    const { engine, main, instrument } = desk()
    say(engine, main, { selfMatchInstruction: 'cancel_resting' })
    place(engine, { account: main, instrument, side: 'sell', quantity: 100, price: '100000' })
    place(engine, { account: main, instrument, quantity: 100, price: '100000' })
    expect(engine.rooms.trading.held(main, instrument)).toBe(0n)
    expect(restingOf(engine, main)).toBe(1)
  })

  test('counts all accounts of its main account as its own where it says so, either way', () => {
    const { engine, main, sub, instrument } = desk()
    say(engine, sub, { selfMatchExtended: true })
    place(engine, { account: main, instrument, side: 'sell', quantity: 100, price: '100000' })
    expect(placeFault(engine, { account: sub, instrument, quantity: 50, price: '100000' })).toBe('self_match')
    // The incoming order's account decides: the main account has said nothing.
    place(engine, { account: sub, instrument, quantity: 50, price: '99000' })
    place(engine, { account: main, instrument, side: 'sell', quantity: 10, price: '99000' })
    expect(engine.rooms.trading.held(main, instrument)).toBe(-10n)
  })

  test('may do so where it says none; an order with an id of its own is kept from that id alone', () => {
    const { engine, main, instrument } = desk()
    place(engine, { account: main, instrument, side: 'sell', quantity: 100, price: '100000' })
    place(engine, { account: main, instrument, quantity: 10, price: '100000', selfMatchId: 'desk' })
    say(engine, main, { selfMatchInstruction: 'none' })
    place(engine, { account: main, instrument, quantity: 90, price: '100000' })
    expect(restingOf(engine, main)).toBe(0)
  })

  test('in an auction too, and a stop that is triggered', () => {
    const { engine, main, sub, instrument } = desk()
    done(engine, 'instruments.set_state', { instrument, state: 'auction', version: null })
    place(engine, { account: main, instrument, side: 'sell', quantity: 100, price: '100000' })
    place(engine, { account: main, instrument, quantity: 100, price: '100000' })
    done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
    // The later of both refuses itself.
    expect([restingOf(engine, main), engine.rooms.trading.held(main, instrument)]).toEqual([1, 0n])
    place(engine, {
      account: main,
      instrument,
      type: 'stop',
      timeInForce: 'gtc',
      quantity: 10,
      stopPrice: '100000',
    })
    place(engine, { account: sub, instrument, quantity: 10, price: '100000' })
    expect([restingOf(engine, main), engine.rooms.trading.held(main, instrument)]).toEqual([1, -10n])
  })

  test('other types may trade with themselves unless they say otherwise', () => {
    const { world, engine } = desk()
    const account = trader(world, 'plain', '100.00')
    const instrument = contract(engine, 'rain')
    place(engine, { account, instrument, side: 'sell', quantity: 10, price: '0.50' })
    place(engine, { account, instrument, quantity: 5, price: '0.50' })
    say(engine, account, { selfMatchInstruction: 'reject_aggressor' })
    expect(placeFault(engine, { account, instrument, quantity: 5, price: '0.50' })).toBe('self_match')
  })
})
