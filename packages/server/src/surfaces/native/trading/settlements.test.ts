/** Settlements of accounts and of instruments, beside what the second venue tells of them. */
import { DAY, MINUTE } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAME, openPastDesk, type PastDesk, type Told, time } from '../../../testing/past-desk.js'
import { START } from '../../../testing/venue.js'

describe('settlements', () => {
  let past: PastDesk
  beforeAll(async () => {
    past = await openPastDesk()
  })
  afterAll(() => past.desk.close())

  test('of a session that ended are those of the account and of the instrument, as at the second venue', async () => {
    // Bought 0.1 at 100,010 and held at a mark of 100,000: the session takes 1 USDC.
    past.clock.advance(DAY)
    past.desk.server.host.tick()
    const path = `/accounts/acc_${past.trader.accountId}/settlements`
    const { items } = await past.read(path)
    expect(items).toMatchObject([
      {
        type: 'settlement',
        account: `acc_${past.trader.accountId}`,
        symbol: NAME,
        currency: 'USDC',
        quantity: '0.1',
        price: '100000',
        index_price: '100000',
        realized: '0.000000',
        unrealized: '-1.000000',
        funding: '0.000000',
        amount: '-1.000000',
      },
    ])
    for (const filter of [
      `instrument=${NAME}`,
      'currency=USDC',
      'types=settlement',
      'types=settlement,delivery',
    ])
      expect((await past.read(`${path}?${filter}`)).items, filter).toEqual(items)
    for (const filter of ['instrument=BTC-PERPETUAL', 'currency=BTC', 'types=delivery', 'types=bankruptcy'])
      expect((await past.read(`${path}?${filter}`)).items, filter).toEqual([])
    const asked = { instrument_name: NAME }
    const theirs = await past.venue('private/get_settlement_history_by_instrument', asked, past.trader)
    expect(theirs.settlements).toMatchObject([
      {
        timestamp: Date.parse(items[0].time),
        position: Number(items[0].quantity),
        session_profit_loss: Number(items[0].unrealized),
      },
    ])
  })

  test('of instruments are told to everybody, page by page', async () => {
    past.clock.advance(DAY)
    past.desk.server.host.tick()
    const all = await past.allOf('/instrument-settlements?newest_first=false')
    const own = await past.allOf(`/instrument-settlements?instruments=${NAME}&newest_first=false`)
    expect(own).toMatchObject([
      { type: 'settlement', symbol: NAME, price: '100000', index_price: '100000' },
      { type: 'settlement', symbol: NAME, price: '100000', index_price: '100000' },
    ])
    expect(all.filter(({ symbol }) => symbol === NAME)).toEqual(own)
    const two = `/instrument-settlements?instruments=${NAME},BTC-PERPETUAL`
    expect(await past.allOf(`${two}&limit=1`)).toEqual(
      all.filter(({ symbol }) => [NAME, 'BTC-PERPETUAL'].includes(symbol)).reverse(),
    )
    expect(await past.allOf('/instrument-settlements?types=delivery')).toEqual([])
    const theirs = await past.venue('public/get_last_settlements_by_instrument', { instrument_name: NAME })
    expect(theirs.settlements.map((each: Told) => each.timestamp)).toEqual(
      own.map((each) => Date.parse(each.time)).reverse(),
    )
  })

  test('what cannot be asked is refused, and what is out of reach is not there', async () => {
    const path = `/accounts/acc_${past.trader.accountId}/settlements`
    expect(await past.read(`${path}?instrument=${NAME}&currency=USDC`)).toMatchObject({ field: '/currency' })
    expect(await past.read(`${path}?types=session`)).toMatchObject({ field: '/types/0' })
    expect(await past.read(`${path}?currency=XYZ`)).toMatchObject({ code: 'currency_unknown' })
    expect(await past.read(`${path}?instrument=none`)).toMatchObject({ code: 'instrument_unknown' })
    expect(await past.read('/accounts/acc_999999/settlements')).toMatchObject({ code: 'not_visible' })
    expect(await past.read('/instrument-settlements?types=bankruptcy')).toMatchObject({ field: '/types/0' })
    expect(await past.read('/instrument-settlements?instruments=none')).toMatchObject({
      code: 'instrument_unknown',
    })
  })
})

describe('what an account owed when it had nothing left', () => {
  let past: PastDesk
  beforeAll(async () => {
    past = await openPastDesk()
  })
  afterAll(() => past.desk.close())

  test('stands among its settlements, of its currency and of no instrument', async () => {
    const post = (path: string, body: object) => past.desk.operate('POST', path, body)
    const { items: parties } = await past.desk.operate('GET', '/parties?search=kestrel')
    const party = parties[0].id
    await past.desk.operate('PUT', `/settings/${party}/margin.insurance`, { value: true })
    const expiry = time(START + 3 * DAY)
    const { instrument } = await post('/instruments', {
      symbol: 'BTC-CALL',
      display_name: 'A call on a coin',
      kind: 'option',
      currency: 'BTC',
      quantity_scale: 1,
      tick: '0.0005',
      lot: '0.1',
      expires_at: expiry,
      derivative: {
        style: 'inverse',
        base: 'BTC',
        index: 'btc_usd',
        option: { type: 'call', strike: '100000' },
      },
      margin_rates: {
        initial: '0.15',
        maintenance: '0.075',
        initial_per_unit: '0',
        maintenance_per_unit: '0',
        option_floor: '0.1',
      },
    })
    await post(`/instruments/${instrument}/state`, { state: 'open' })
    await post('/prices', { prices: [{ instrument, price: '0.05' }] })
    const holding = async (name: string, amount: string): Promise<string> => {
      const { account } = await post('/accounts', {
        party,
        name,
        display_name: name,
        type: 'segregated_standard',
      })
      await post('/deposits', { account, currency: 'BTC', amount, settle: true })
      return account
    }
    const [writer, buyer] = [await holding('writer', '0.30000000'), await holding('buyer', '1.00000000')]
    const order = { instrument, type: 'limit', time_in_force: 'gtc', quantity: '1', price: '0.05' }
    await post('/orders', { ...order, account: writer, side: 'sell' })
    await post('/orders', { ...order, account: buyer, side: 'buy' })
    await post('/prices', { indexes: [{ name: 'btc_usd', price: '200000' }] })
    past.clock.advance(3 * DAY + MINUTE)
    past.desk.server.host.tick()
    past.clock.advance(MINUTE)
    past.desk.server.host.tick()
    const path = `/accounts/${writer}/settlements`
    // Written for 0.05, delivered at 200,000: half a coin. Of 0.3 + 0.05 that leaves 0.15 that is owed.
    const delivered = { type: 'delivery', symbol: 'BTC-CALL', quantity: '-1', amount: '-0.50000000' }
    const owed = { type: 'bankruptcy', instrument: null, symbol: null, currency: 'BTC', amount: '0.15000000' }
    expect((await past.read(`${path}?newest_first=false`)).items).toMatchObject([delivered, owed])
    expect((await past.read(`${path}?currency=BTC&newest_first=false`)).items).toMatchObject([
      delivered,
      owed,
    ])
    expect(await past.allOf(`${path}?currency=BTC&limit=1`)).toMatchObject([owed, delivered])
    expect((await past.read(`${path}?instrument=BTC-CALL`)).items).toMatchObject([delivered])
    expect((await past.read(`${path}?types=bankruptcy`)).items).toMatchObject([owed])
    expect((await past.read(`${path}?types=bankruptcy&currency=USDC`)).items).toEqual([])
    const settled = await past.read('/instrument-settlements?instruments=BTC-CALL')
    expect(settled.items).toMatchObject([{ type: 'delivery', index_price: '200000' }])
  })
})
