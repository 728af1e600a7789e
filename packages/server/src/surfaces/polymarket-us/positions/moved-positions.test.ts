/**
 * Positions that a main account moved on another surface. They are no executions of this venue, which has no type for
 * them; its ledger of positions and its stream of their changes say what happened.
 */
import { PLAIN_LIMIT, type Plain } from '@stemma/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPerpetual } from '../../../testing/derivatives.js'
import { COPY, opened, POSITIONS } from '../../../testing/drop-copies.js'
import { deskOf } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'

const ONE = 10n ** 18n
const FIRM = 'firms/api-acme-participantfirm'
const [MAIN, SUB] = [`${FIRM}/accounts/coin`, `${FIRM}/accounts/coin-sub`]
const SYMBOL = 'BTC-PERPETUAL'
let world: TradingVenue
let accounts: Readonly<Record<'main' | 'sub', number>>
let instrument: number

beforeEach(async () => {
  world = await openTradingVenue()
  const { venue, acme } = world
  instrument = await openPerpetual(venue)
  const open = async (party: number, name: string, main: number | null = null): Promise<number> => {
    const { account } = await venue.run<{ account: number }>('accounts.open', {
      party,
      main,
      name,
      displayName: name,
      type: 'segregated_standard',
      baseCurrency: null,
      needsClearing: false,
      attributes: {},
    })
    const coins = { account, currency: 'BTC', amount: 10n ** 10n, settle: true }
    await venue.run('deposits.create', { ...coins, reference: null, description: null })
    return account
  }
  const main = await open(acme.firm, 'coin')
  accounts = { main, sub: await open(acme.firm, 'coin-sub', main) }
  const maker = await open(acme.foreignFirm, 'maker')
  await venue.run('orders.place', limitOf(maker, 'sell'))
  await venue.run('orders.place', limitOf(main, 'buy'))
})
afterEach(() => world.close())

const limitOf = (account: number, side: 'buy' | 'sell'): Plain => ({
  ...PLAIN_LIMIT,
  account,
  instrument,
  side,
  quantity: 200n,
  price: 98_000n * ONE,
})

test('are in the ledger of both accounts with their cause, and in the stream; executions and trades tell nothing', async () => {
  const { venue, client, tokens } = world
  const desk = deskOf(venue, () => tokens.admin, MAIN)
  const [changes, copy] = [
    await opened(client.open(POSITIONS, {}, { token: tokens.copy })),
    await opened(client.open(COPY, {}, { token: tokens.copy })),
  ]
  const legs = [{ instrument, quantity: 50n, price: null }]
  await venue.run('positions.move', { from: accounts.main, to: accounts.sub, legs })
  expect((await changes.next()).position_changes).toMatchObject([
    { position: { account: MAIN, symbol: SYMBOL, net_position: '150' } },
    { position: { account: SUB, symbol: SYMBOL, net_position: '50' } },
  ])
  const ledger = async (account: string) =>
    (await desk.get(`/v1/positions/ledger?account=${account}&newestFirst=true&pageSize=1`)).body.entries
  expect(await ledger(MAIN)).toMatchObject([
    { quantityChange: '-50', netPosition: '150', description: 'Position moved: 50 @ 98000' },
  ])
  expect(await ledger(SUB)).toMatchObject([
    { quantityChange: '50', netPosition: '50', description: 'Position moved: 50 @ 98000' },
  ])
  const { positions } = (await desk.get(`/v1/positions?name=${SUB}`)).body
  expect(positions).toMatchObject([{ symbol: SYMBOL, netPosition: '50', qtyBought: '50', qtySold: '0' }])

  // What comes next on the drop copy is an order: the move itself was none.
  await venue.run('orders.place', { ...(limitOf(accounts.main, 'buy') as object), price: 90_000n * ONE })
  expect((await copy.next()).executions).toMatchObject([
    { type: 'EXECUTION_TYPE_NEW', order: { account: MAIN } },
  ])
  const found = async (what: string) => (await desk.post(`/v1/report/${what}/search`, {})).body[what]
  const types = (await found('executions')).map(({ type }: { type: string }) => type)
  expect(types).toEqual(['EXECUTION_TYPE_NEW', 'EXECUTION_TYPE_FILL', 'EXECUTION_TYPE_NEW'])
})
