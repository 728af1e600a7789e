import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { PartyId } from '../hierarchy/index.js'
import { after, copyPrimary, type Id, SECOND } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { type Amount, currencyOf, formatAmount } from '../money/index.js'
import { broken } from '../testing/hash.js'
import { at, contract, openMarket, place, share, trader, USD, usd } from '../testing/market-world.js'
import { answer, createParty, done, openAccount } from '../testing/world.js'
import type { CurrencySums, MarginSum, NodePosition } from './index.js'

interface Summary {
  readonly sequence: number
  readonly currencies: readonly CurrencySums[]
  readonly margin: readonly MarginSum[]
}

const summary = (engine: Engine, party: PartyId) => answer<Summary>(engine, 'nodes.summary', { party })
const dollars = (amount: Amount | bigint) => formatAmount(amount as Amount, currencyOf(USD))
/** Net cash, longs, shorts and value in dollars. */
const shown = (engine: Engine, party: PartyId) =>
  summary(engine, party).currencies.map(({ net, positionsLong, positionsShort, value }) =>
    [net, positionsLong, positionsShort, value].map(dollars),
  )
const marginOf = (engine: Engine, party: PartyId) =>
  summary(engine, party).margin.map(({ portfolios, requirement, excess, deficit }) => [
    portfolios,
    ...[requirement, excess, deficit].map(dollars),
  ])
const positionsOf = (engine: Engine, party: PartyId, from: InstrumentId | null = null, limit = 50) =>
  answer<{ items: NodePosition[]; next: InstrumentId | null }>(engine, 'nodes.positions', {
    party,
    after: from,
    limit,
  })

/** Two members with a firm and an account each, who have traded ten contracts at 0.60. */
function twoMembers() {
  const world = openMarket()
  const { engine, book } = world
  const members = ['east', 'west'].map((name) =>
    createParty(engine, book.party, name, { kind: 'clearing_member' }),
  ) as [PartyId, PartyId]
  const firms = members.map((member, place) =>
    createParty(engine, member, `firm-${place}`, { kind: 'participant' }),
  ) as [PartyId, PartyId]
  const [buyer, seller] = firms.map((firm, place) => trader({ ...world, firm }, `acc-${place}`, '100.00'))
  const instrument = contract(engine)
  if (buyer === undefined || seller === undefined) throw new Error('expected two accounts')
  place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.60' })
  place(engine, { account: buyer, instrument, quantity: 10, price: '0.60' })
  return { world, engine, root: book.party, members, firms, buyer, seller, instrument }
}

describe('roll-ups of instruments and margin', () => {
  test('the value of a node is exact at once, whatever the portfolios still have to be told', () => {
    const { engine, root, members, firms, instrument } = twoMembers()
    expect(shown(engine, members[0])).toEqual([['94.00', '6.00', '0.00', '100.00']])
    expect(shown(engine, firms[1])).toEqual([['106.00', '0.00', '-6.00', '100.00']])
    expect(shown(engine, root)).toEqual([['200.00', '6.00', '-6.00', '200.00']])
    done(engine, 'prices.publish', { prices: [{ instrument, price: at('0.75') }] })
    expect(shown(engine, members[0])).toEqual([['94.00', '7.50', '0.00', '101.50']])
    expect(shown(engine, members[1])).toEqual([['106.00', '0.00', '-7.50', '98.50']])
    expect(broken(engine)).toEqual([])
  })

  test('the margin of a node is the sum of its portfolios, and says how old the oldest is', () => {
    const { world, engine, root, members, firms, instrument } = twoMembers()
    const first = engine.image.head.sequence
    expect(marginOf(engine, root)).toEqual([[2, '10.00', '190.00', '0.00']])
    expect(marginOf(engine, members[1])).toEqual([[1, '10.00', '96.00', '0.00']])
    const third = trader({ ...world, firm: firms[1] }, 'third', '50.00')
    const fourth = trader({ ...world, firm: firms[1] }, 'fourth', '50.00')
    place(engine, { account: third, instrument, side: 'sell', quantity: 1, price: '0.60' })
    place(engine, { account: fourth, instrument, quantity: 1, price: '0.60' })
    expect(marginOf(engine, members[1])).toEqual([[3, '11.00', '195.00', '0.00']])
    expect(summary(engine, root).margin[0]?.oldest).toBe(first)
    done(engine, 'prices.publish', { prices: [{ instrument, price: at('0.75') }] })
    const published = engine.image.head.sequence
    engine.tick(after(engine.image.head.time, SECOND))
    const restated = summary(engine, root).margin[0]?.oldest ?? 0
    expect(restated).toBeGreaterThan(published)
    expect(summary(engine, firms[0]).margin[0]?.oldest).toBe(restated)
    expect(broken(engine)).toEqual([])
  })

  test('a move of a subtree takes its instruments and its margin along', () => {
    const { engine, root, members, firms } = twoMembers()
    done(engine, 'parties.move', { party: firms[1], owner: members[0], version: null })
    expect(marginOf(engine, members[0])).toEqual([[2, '10.00', '190.00', '0.00']])
    expect(marginOf(engine, members[1])).toEqual([])
    expect(shown(engine, members[1])).toEqual([])
    expect(shown(engine, members[0])).toEqual(shown(engine, root))
    expect(broken(engine)).toEqual([])
    done(engine, 'parties.move', { party: firms[1], owner: members[1], version: null })
    expect(marginOf(engine, members[1])).toEqual([[1, '10.00', '96.00', '0.00']])
    expect(broken(engine)).toEqual([])
  })

  test('what is undone and what is loaded has the same sums', () => {
    const { engine, root, members, firms, instrument } = twoMembers()
    const before = summary(engine, root)
    const time = engine.image.head.time
    const actor = { kind: 'system' } as const
    engine.preview({
      command: 'parties.move',
      input: { party: firms[1], owner: members[0], version: null },
      actor,
      time,
    })
    const prices = [{ instrument, price: at('0.9') }]
    engine.preview({ command: 'prices.publish', input: { prices }, actor, time })
    expect(summary(engine, root)).toEqual(before)
    expect(broken(engine)).toEqual([])
    const loaded = new Engine()
    copyPrimary(engine.image, loaded.image)
    expect(summary(loaded, root)).toEqual(before)
    expect(positionsOf(loaded, members[0])).toEqual(positionsOf(engine, members[0]))
  })

  test('the instruments of a node, page by page', () => {
    const { engine, world, root, members, instrument } = twoMembers()
    expect(positionsOf(engine, members[1]).items).toMatchObject([
      { instrument, symbol: 'rain', long: 0n, short: 10n, shortCost: -usd('6.00'), value: -usd('6.00') },
    ])
    const account = trader(world, 'holder', '0', 'cash')
    const acme = share(engine)
    const came = { account, instrument: acme, quantity: 10n, cost: usd('150.00'), description: 'came in' }
    done(engine, 'positions.adjust', came)
    const page = positionsOf(engine, root, null, 1)
    expect(page).toMatchObject({ items: [{ instrument, long: 10n, short: 10n }], next: instrument })
    expect(positionsOf(engine, root, page.next, 1)).toMatchObject({
      items: [{ instrument: acme, long: 10n, longCost: usd('150.00'), price: null, value: null }],
      next: null,
    })
    expect(summary(engine, root).currencies[0]).toMatchObject({ unpriced: 1 })
  })

  test('sums beyond 53 bits, and prices of eighteen digits, are exact', () => {
    const world = openMarket()
    const { engine, firm } = world
    const acme = share(engine, 'ACME', { quantityScale: 9 })
    const accounts = ['one', 'two'].map((name) => trader(world, name, '0', 'cash'))
    const quantity = 9_000_000_000_000_000_000n
    for (const account of accounts)
      done(engine, 'positions.adjust', {
        account,
        instrument: acme,
        quantity,
        cost: 0n,
        description: 'came in',
      })
    done(engine, 'prices.publish', { prices: [{ instrument: acme, price: at('0.000000000000000001') }] })
    // 18 000 000 000 shares at 10^-18 are 1.8 × 10^-8 dollars, below what is counted.
    expect(shown(engine, firm)[0]?.[1]).toBe('0.00')
    done(engine, 'prices.publish', { prices: [{ instrument: acme, price: at('1.23') }] })
    expect(shown(engine, firm)[0]?.[1]).toBe('22140000000.00')
    expect(positionsOf(engine, firm).items[0]?.long).toBe(2n * quantity)
    expect(broken(engine)).toEqual([])
  })
})

test('the id of a node that is not there is not visible', () => {
  const { engine } = openMarket()
  const asked = engine.read(
    'nodes.positions',
    { kind: 'system' },
    { party: 999 as Id, after: null, limit: 1 },
    1 as never,
  )
  expect(asked).toMatchObject({ refusal: { code: 'not_visible' } })
})

test('a currency of which nothing is left is in no summary, as it would not be after a start', () => {
  const { engine, members, buyer, seller } = twoMembers()
  const transfer = { from: buyer, to: seller, currency: USD, amount: usd('1.00'), description: null }
  const currencies = (of: Engine) => summary(of, members[0]).currencies.map(({ currency }) => currency)
  const restarted = () => {
    const other = new Engine()
    copyPrimary(engine.image, other.image)
    return other
  }
  expect(currencies(engine)).toEqual(['USD'])
  const euros = { account: buyer, currency: 'EUR', reference: 'r', description: null }
  done(engine, 'deposits.create', { ...euros, amount: usd('5.00'), settle: true })
  expect(currencies(engine)).toEqual(['EUR', 'USD'])
  done(engine, 'transfers.create', { ...transfer, currency: 'EUR', amount: usd('5.00') })
  expect(currencies(engine)).toEqual(['USD'])
  expect(currencies(restarted())).toEqual(['USD'])
  expect(broken(engine)).toEqual([])
})

// Found by the simulator under seed 1098510449.
test('a currency in which no position is left is in no summary either', () => {
  const { engine, firm } = openMarket()
  const owner = createParty(engine, firm, 'holder')
  const account = openAccount(engine, owner, 'holder-account')
  const instrument = share(engine)
  const adjust = (quantity: bigint, cost: bigint) =>
    done(engine, 'positions.adjust', { account, instrument, quantity, cost, description: 'moved' })
  const currencies = () => summary(engine, owner).currencies.map(({ currency }) => currency)
  adjust(100n, usd('50.00'))
  expect(currencies()).toEqual(['USD'])
  adjust(-100n, usd('50.00'))
  expect(currencies()).toEqual([])
  expect(broken(engine)).toEqual([])
})
