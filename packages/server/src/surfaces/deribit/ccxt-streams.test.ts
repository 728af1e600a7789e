/**
 * The table of section 12.4, row by row: every stream of the client library that is installed. One that a newer library
 * brings and that has no row fails.
 */
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf, ccxtProOf } from '../../testing/ccxt.js'
import {
  asyncOf,
  listOf,
  PERPETUAL,
  some,
  type Table,
  timestamp,
  tryTable,
} from '../../testing/ccxt-table.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { whenTold } from '../../testing/when-told.js'

describe('12.4, over a socket', () => {
  let desk: CryptoDesk
  let rest: ReturnType<typeof ccxtOf>
  let pro: ReturnType<typeof ccxtProOf>

  beforeAll(async () => {
    desk = await openCryptoDesk()
    ;[rest, pro] = [ccxtOf(desk.url, desk.main), ccxtProOf(desk.url, desk.main)]
    await rest.loadMarkets()
    await pro.loadMarkets()
    await pro.loadHttpProxyAgent()
  })
  afterAll(async () => {
    await pro.close()
    await desk.close()
  })

  const take = () => rest.createOrder(PERPETUAL, 'market', 'buy', 10)
  const ticker = some({ symbol: PERPETUAL, bid: 99_990, ask: 100_010, last: 100_010, markPrice: 100_000 })
  const trade = some({ symbol: PERPETUAL, side: 'buy', amount: 10, price: 100_010, timestamp })
  const book = some({
    symbol: PERPETUAL,
    // The library counts something of its own behind price and amount.
    bids: listOf([99_990, 50_000, expect.anything()]),
    asks: listOf([100_010, expect.any(Number), expect.anything()]),
    nonce: timestamp,
    timestamp,
  })
  const candle = [timestamp, 100_010, 100_010, 100_010, 100_010, expect.any(Number)]

  const TABLE: Table = {
    watchTicker: [() => pro.watchTicker(PERPETUAL), ticker],
    watchBidsAsks: [
      () => pro.watchBidsAsks([PERPETUAL]),
      { [PERPETUAL]: some({ bid: 99_990, bidVolume: 50_000, ask: 100_010, askVolume: 40_000 }) },
    ],
    watchTickers: [() => whenTold(pro.watchTickers([PERPETUAL]), take), { [PERPETUAL]: ticker }],
    watchOrderBook: [() => pro.watchOrderBook(PERPETUAL), book],
    watchOrderBookForSymbols: [() => whenTold(pro.watchOrderBookForSymbols([PERPETUAL]), take), book],
    watchTrades: [() => whenTold(pro.watchTrades(PERPETUAL), take), listOf(trade)],
    watchTradesForSymbols: [() => whenTold(pro.watchTradesForSymbols([PERPETUAL]), take), listOf(trade)],
    watchOHLCV: [() => pro.watchOHLCV(PERPETUAL, '1m'), listOf(candle)],
    watchOHLCVForSymbols: [
      () => whenTold(pro.watchOHLCVForSymbols([[PERPETUAL, '1m']]), take),
      { [PERPETUAL]: { '1m': listOf(candle) } },
    ],
    watchBalance: [
      async () => {
        // It is told of one currency after another.
        let balance = await pro.watchBalance()
        while (balance.BTC === undefined || balance.ETH === undefined) balance = await pro.watchBalance()
        return balance
      },
      some({ info: expect.anything() }),
    ],
    watchOrders: [
      () => whenTold(pro.watchOrders(), take),
      listOf(some({ symbol: PERPETUAL, side: 'buy', amount: 10, status: 'closed', filled: 10 })),
    ],
    watchMyTrades: [
      () => whenTold(pro.watchMyTrades(), take),
      listOf(some({ symbol: PERPETUAL, side: 'buy', amount: 10, price: 100_010, takerOrMaker: 'taker' })),
    ],
  }
  tryTable(TABLE)

  test('every stream of the library has a row', () => {
    const names = asyncOf(ccxt.pro.deribit, /^watch/).filter((name) => !/Wrapper$/.test(name))
    expect(Object.keys(TABLE).sort()).toEqual([...names].sort())
  })
})
