/** What a move is refused for; nothing has changed behind a refusal. */
import { describe, expect, test } from 'vitest'
import { after, DAY } from '../../image/index.js'
import { future, inversePerpetual, linearPerpetual, publish } from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { contract } from '../../testing/market-world.js'
import { desk, type Leg, move, refusal, subaccount, trade } from '../../testing/moves-world.js'
import { limit, UNIT } from '../../testing/risk-limits.js'
import { done, openAccount, START } from '../../testing/world.js'

describe('what is refused', () => {
  function held() {
    const world = desk('0.5')
    const { engine, main } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    return { ...world, instrument }
  }

  test('accounts of other main accounts, the same account, accounts that may not deal', () => {
    const { engine, main, sub, maker, world, instrument } = held()
    expect(refusal(engine, main, main, [[instrument, 10]]).code).toBe('same_account')
    expect(refusal(engine, main, maker, [[instrument, 10]])).toMatchObject({
      code: 'main_account_invalid',
      field: '/to',
    })
    expect(refusal(engine, main, world.book.accounts.fees, [[instrument, 10]]).code).toBe(
      'main_account_invalid',
    )
    const block = { target: sub, kind: 'trading', reason: 'looked into', until: null }
    const { block: set } = done<{ block: number }>(engine, 'blocks.set', block)
    expect(refusal(engine, main, sub, [[instrument, 10]]).code).toBe('account_not_active')
    done(engine, 'blocks.lift', { block: set })
    done(engine, 'accounts.suspend', { account: sub, version: null, reason: 'x' })
    expect(refusal(engine, main, sub, [[instrument, 10]]).code).toBe('account_not_active')
    expect(refusal(engine, sub, main, [[instrument, 10]]).code).toBe('account_not_active')
  })

  test('an account whose type carries no derivatives', () => {
    const { engine, main, world, instrument } = held()
    const plain = openAccount(engine, world.firm, 'plain', { main, type: 'cash' })
    expect(refusal(engine, main, plain, [[instrument, 10]])).toMatchObject({
      code: 'order_rejected',
      reason: 'account_type',
    })
  })

  test('more than is open, no whole lots, nothing, odd prices', () => {
    const { engine, main, sub, instrument } = held()
    const of = (quantity: number, price?: string) =>
      refusal(engine, main, sub, [
        price === undefined ? [instrument, quantity] : [instrument, quantity, price],
      ])
    expect(of(100_010)).toMatchObject({ code: 'insufficient_position', field: '/legs/0/quantity' })
    expect(of(15)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(0)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(-10)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(10, '0')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
    expect(of(10, '-1')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
    // The lowest price of an order in it is 0.5.
    expect(of(10, '0.4')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
  })

  test('legs: none, an instrument twice, other currencies, what is no derivative, what is not open', () => {
    const { engine, main, sub, instrument } = held()
    const linear = linearPerpetual(engine)
    expect(refusal(engine, main, sub, [])).toMatchObject({ code: 'malformed', field: '/legs' })
    const twice: Leg[] = [
      [instrument, 10],
      [instrument, 10],
    ]
    expect(refusal(engine, main, sub, twice)).toMatchObject({
      code: 'malformed',
      field: '/legs/1/instrument',
    })
    const both: Leg[] = [
      [instrument, 10],
      [linear, 1],
    ]
    expect(refusal(engine, main, sub, both)).toMatchObject({
      code: 'currencies_differ',
      field: '/legs/1/instrument',
    })
    const rain = contract(engine, 'rain')
    expect(refusal(engine, main, sub, [[rain, 1]])).toMatchObject({ code: 'malformed' })
    expect(refusal(engine, main, sub, [[999_999, 1]])).toMatchObject({
      code: 'instrument_unknown',
      field: '/legs/0/instrument',
    })
    done(engine, 'instruments.set_state', { instrument, state: 'halted', version: null })
    expect(refusal(engine, main, sub, [[instrument, 10]])).toMatchObject({
      code: 'order_rejected',
      reason: 'instrument_not_open',
    })
    const many = Array.from({ length: 251 }, (): Leg => [instrument, 10])
    expect(refusal(engine, main, sub, many)).toMatchObject({ code: 'malformed', field: '/legs' })
  })

  test('all legs or none', () => {
    const world = desk()
    const { engine, main, sub } = world
    const dated = future(engine, 'inverse', after(START, 30 * DAY))
    const instrument = inversePerpetual(engine)
    publish(engine, [
      [instrument, '100000'],
      [dated, '100000'],
    ])
    trade(world, main, instrument, 100, '100000')
    trade(world, main, dated, 100, '100000')
    const legs: Leg[] = [
      [instrument, 100],
      [dated, 110],
    ]
    expect(refusal(engine, main, sub, legs).field).toBe('/legs/1/quantity')
  })

  test('a target without the margin; a source that would be left without it', () => {
    const { engine, main, world, instrument } = held()
    // One coin at 2.005 % requires 0.02005.
    const [short, enough] = [
      subaccount(world, main, 'short', { BTC: '0.02004999' }),
      subaccount(world, main, 'enough', { BTC: '0.02005' }),
    ]
    expect(refusal(engine, main, short, [[instrument, 100_000]]).code).toBe('margin_insufficient')
    move(engine, main, enough, [[instrument, 100_000]])
    expect(engine.rooms.trading.held(enough, instrument)).toBe(100_000n)
    // It would realize 90,000 × (1/100,000 − 1/50,000) = −0.9, and has 0.02005.
    expect(refusal(engine, enough, main, [[instrument, 90_000, '50000']]).code).toBe('margin_insufficient')
    // Who lacks margin may give away what requires it.
    publish(engine, [[instrument, '99000']])
    move(engine, enough, main, [[instrument, 90_000]])
    expect(broken(engine)).toEqual([])
  })

  test('limits of position at the target', () => {
    const { engine, main, sub, instrument } = held()
    limit(engine, sub, { instrument, position: 50_000n * UNIT })
    expect(refusal(engine, main, sub, [[instrument, 50_010]])).toMatchObject({
      code: 'order_rejected',
      reason: 'position_limit',
    })
    move(engine, main, sub, [[instrument, 50_000]])
    // A limit of the main account over all of its accounts changes by no move between them.
    limit(engine, main, { instrument, position: 60_000n * UNIT })
    move(engine, sub, main, [[instrument, 10_000]])
    expect(refusal(engine, sub, main, [[instrument, 10]])).toMatchObject({ reason: 'position_limit' })
  })
})
