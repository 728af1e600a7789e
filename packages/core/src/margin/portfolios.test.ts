import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { after, copyPrimary, DAY, type Id, MILLISECOND, SECOND, type Values } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { currencyOf, formatAmount } from '../money/index.js'
import { broken } from '../testing/hash.js'
import {
  at,
  contract,
  openMarket,
  place,
  placeFault,
  share,
  trader,
  USD,
  usd,
} from '../testing/market-world.js'
import { done } from '../testing/world.js'
import type { portfolioFields } from './portfolio-fields.js'
import { ACCOUNTS_OF_STEP } from './revaluing.js'

const figuresOf = (engine: Engine, entity: Id): Values<typeof portfolioFields>[] => {
  const { table, of } = engine.rooms.margin.portfolios
  return of.of(entity).map((row) => table.read(row))
}

/** Value, requirement, excess and deficit of an account in dollars. */
function shown(engine: Engine, entity: Id): string[] {
  const [figures] = figuresOf(engine, entity)
  if (figures === undefined) return []
  const { value, requirement, excess, deficit } = figures
  return [value, requirement, excess, deficit].map((each) => formatAmount(each, currencyOf(USD)))
}

const publish = (engine: Engine, instrument: InstrumentId, price: string, time = engine.image.head.time) =>
  done(engine, 'prices.publish', { prices: [{ instrument, price: at(price) }] }, { time })
const settle = (engine: Engine) => engine.tick(after(engine.image.head.time, SECOND))

/** A buyer and a seller of ten contracts at 0.60, each with 100 dollars before. */
function traded() {
  const world = openMarket()
  const { engine } = world
  const [buyer, seller] = [trader(world, 'buyer', '100.00'), trader(world, 'seller', '100.00')]
  const instrument = contract(engine)
  place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.60' })
  place(engine, { account: buyer, instrument, quantity: 10, price: '0.60' })
  return { world, engine, buyer, seller, instrument }
}

describe('portfolios', () => {
  test('an account that never held a position has none', () => {
    const world = openMarket()
    const account = trader(world, 'idle', '100.00')
    expect(figuresOf(world.engine, account)).toEqual([])
  })

  test('a fill is in the figures of both sides when its command ends', () => {
    const { engine, buyer, seller } = traded()
    // Bought for 6.00 and worth 6.00; the short brought 6.00, is worth -6.00 and requires 10.00.
    expect(shown(engine, buyer)).toEqual(['100.00', '0.00', '94.00', '0.00'])
    expect(shown(engine, seller)).toEqual(['100.00', '10.00', '96.00', '0.00'])
    for (const account of [buyer, seller])
      expect(figuresOf(engine, account)).toMatchObject([
        { model: 'fully_collateralised', partOf: null, sequence: engine.image.head.sequence },
      ])
    expect(broken(engine)).toEqual([])
  })

  test('money that comes in is in the figures at once', () => {
    const { world, engine, buyer } = traded()
    const { outsideWorld } = world.book.accounts
    done(engine, 'transfers.create', {
      from: outsideWorld,
      to: buyer,
      currency: USD,
      amount: usd('5.00'),
      description: null,
    })
    expect(shown(engine, buyer)).toEqual(['105.00', '0.00', '99.00', '0.00'])
  })

  test('a price is in the figures after a step, and until then the row says how old it is', () => {
    const { engine, buyer, seller, instrument } = traded()
    const before = engine.image.head.sequence
    publish(engine, instrument, '0.75')
    expect(shown(engine, buyer)).toEqual(['100.00', '0.00', '94.00', '0.00'])
    expect(figuresOf(engine, buyer)).toMatchObject([{ sequence: before }])
    expect(broken(engine)).toEqual([])
    settle(engine)
    expect(shown(engine, buyer)).toEqual(['101.50', '0.00', '94.00', '0.00'])
    expect(shown(engine, seller)).toEqual(['98.50', '10.00', '96.00', '0.00'])
    expect(figuresOf(engine, buyer)).toMatchObject([{ dayResult: usd('1.50') }])
    expect(engine.nextDueAt()).toBeUndefined()
    expect(broken(engine)).toEqual([])
  })

  test('the same price again restates nothing', () => {
    const { engine, instrument } = traded()
    publish(engine, instrument, '0.75')
    settle(engine)
    publish(engine, instrument, '0.75')
    expect(engine.nextDueAt()).toBeUndefined()
  })

  test('a trade of others is a price too', () => {
    const { world, engine, buyer, instrument } = traded()
    const [third, fourth] = [trader(world, 'third', '100.00'), trader(world, 'fourth', '100.00')]
    place(engine, { account: third, instrument, side: 'sell', quantity: 1, price: '0.50' })
    place(engine, { account: fourth, instrument, quantity: 1, price: '0.50' })
    settle(engine)
    expect(shown(engine, buyer)).toEqual(['99.00', '0.00', '94.00', '0.00'])
  })

  test('what was left to restate is restated after a restart', () => {
    const { engine, buyer, instrument } = traded()
    publish(engine, instrument, '0.75')
    const restarted = new Engine()
    copyPrimary(engine.image, restarted.image)
    restarted.resume([])
    for (const each of [engine, restarted]) settle(each)
    expect(shown(restarted, buyer)).toEqual(['101.50', '0.00', '94.00', '0.00'])
    expect(broken(restarted)).toEqual([])
  })

  test('a dry run leaves nothing to restate', () => {
    const { engine, instrument } = traded()
    settle(engine)
    const input = { prices: [{ instrument, price: at('0.75') }] }
    const time = engine.image.head.time
    engine.preview({ command: 'prices.publish', input, actor: { kind: 'system' }, time })
    expect(engine.nextDueAt()).toBeUndefined()
    expect(engine.rooms.margin.stale.isEmpty).toBe(true)
    expect(broken(engine)).toEqual([])
  })

  test('the result of the day begins anew when the business date turns; fees and what is carried in count as they are', () => {
    const world = openMarket()
    const { engine } = world
    const account = trader(world, 'holder', '100.00', 'cash')
    const acme = share(engine)
    publish(engine, acme, '10')
    // Came in with a cost of 150 at a worth of 100: no loss of this day.
    const came = {
      account,
      instrument: acme,
      quantity: 10n,
      cost: usd('150.00'),
      description: 'from a broker',
    }
    done(engine, 'positions.adjust', came)
    expect(figuresOf(engine, account)).toMatchObject([{ result: 0n, dayResult: 0n, value: usd('200.00') }])
    publish(engine, acme, '9')
    settle(engine)
    expect(figuresOf(engine, account)).toMatchObject([{ dayResult: -usd('10.00') }])
    publish(engine, acme, '9.5', after(engine.image.head.time, DAY))
    settle(engine)
    expect(figuresOf(engine, account)).toMatchObject([{ dayResult: usd('5.00'), result: -usd('5.00') }])
  })

  test('a group is the sum of its accounts, which point to it while they are in it', () => {
    const world = openMarket()
    const { engine } = world
    const { group } = done<{ group: Id }>(engine, 'groups.create', {
      party: clientOf(world),
      name: 'growth',
      displayName: 'Growth',
    })
    const client = clientOf(world)
    const inside = ['one', 'two'].map((name) => trader({ ...world, firm: client }, name, '100.00'))
    const instrument = contract(engine)
    const other = trader(world, 'other', '100.00')
    place(engine, { account: other, instrument, side: 'sell', quantity: 20, price: '0.50' })
    for (const account of inside) {
      done(engine, 'groups.add_account', { group, account })
      place(engine, { account, instrument, quantity: 10, price: '0.50' })
    }
    expect(shown(engine, group)).toEqual(['200.00', '0.00', '190.00', '0.00'])
    expect(figuresOf(engine, inside[0] as AccountId)).toMatchObject([{ partOf: group }])
    done(engine, 'groups.remove_account', { group, account: inside[0] as AccountId })
    expect(shown(engine, group)).toEqual(['100.00', '0.00', '95.00', '0.00'])
    expect(figuresOf(engine, inside[0] as AccountId)).toMatchObject([{ partOf: null }])
    done(engine, 'groups.remove_account', { group, account: inside[1] as AccountId })
    expect(figuresOf(engine, group)).toEqual([])
    expect(broken(engine)).toEqual([])
  })

  test('what one account of a client has does not pay for another, not in a group either', () => {
    const world = openMarket()
    const { engine } = world
    const client = clientOf(world)
    const [rich, poor] = [
      trader({ ...world, firm: client }, 'rich', '100.00'),
      trader({ ...world, firm: client }, 'poor', '0'),
    ]
    const { group } = done<{ group: Id }>(engine, 'groups.create', {
      party: client,
      name: 'both',
      displayName: 'Both',
    })
    const instrument = contract(engine)
    const asked = { account: poor, instrument, quantity: 1, price: '0.50' }
    expect(placeFault(engine, asked)).toBe('insufficient_buying_power')
    for (const account of [rich, poor]) done(engine, 'groups.add_account', { group, account })
    expect(placeFault(engine, asked)).toBe('insufficient_buying_power')
    expect(broken(engine)).toEqual([])
  })

  test('more than a step of them are restated nearest to their limit first', () => {
    const world = openMarket()
    const { engine } = world
    const instrument = contract(engine)
    const maker = trader(world, 'maker', '10000.00')
    const holders = Array.from({ length: ACCOUNTS_OF_STEP + 5 }, (_, place) =>
      trader(world, `holder-${place}`, `${1_000 - place}.00`),
    )
    const many = holders.length
    place(engine, { account: maker, instrument, side: 'sell', quantity: many, price: '0.50' })
    for (const account of holders) place(engine, { account, instrument, quantity: 1, price: '0.50' })
    settle(engine)
    const before = engine.image.head.sequence
    publish(engine, instrument, '0.60')
    engine.tick(after(engine.image.head.time, 10 * MILLISECOND))
    const old = [maker, ...holders].filter(
      (account) => (figuresOf(engine, account)[0]?.sequence ?? 0) <= before,
    )
    // The richest wait: the maker and the five holders who were opened first.
    expect(old).toEqual([maker, ...holders.slice(0, 5)])
    expect(broken(engine)).toEqual([])
    settle(engine)
    expect(shown(engine, maker)[0]).toBe('9949.50')
  })
})

function clientOf({ engine, firm }: ReturnType<typeof openMarket>) {
  const known = engine.rooms.hierarchy.partyByName.find('the-client')
  if (known >= 0) return engine.rooms.hierarchy.parties.id(known)
  return done<{ party: Id<'party'> }>(engine, 'parties.create', {
    owner: firm,
    kind: 'client',
    name: 'the-client',
    displayName: 'Client',
    baseCurrency: null,
    isPartner: false,
    isLegallyLiable: false,
    sealedPersonal: null,
  }).party
}
