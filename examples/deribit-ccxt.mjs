// ccxt, unmodified, as the client of a main account and its subaccounts:
//
//   markets -> accounts and balances -> an order that is followed over WebSocket while it is placed, changed and taken back
//   -> a trade and its position -> money and a part of the position for a subaccount -> the same balance natively
//
// Run it against a server with the demo world:
//
//   npm start
//   node examples/deribit-ccxt.mjs
//
// STEMMA_URL (default http://127.0.0.1:4000) and STEMMA_DATA (default ./data) say where the server and its demo.json
// are. The program ends with an error as soon as anything is not as expected.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ccxt from 'ccxt'

const url = process.env.STEMMA_URL ?? 'http://127.0.0.1:4000'
const demo = JSON.parse(readFileSync(join(process.env.STEMMA_DATA ?? 'data', 'demo.json'), 'utf8'))
const { main, subaccounts } = demo.deribit

const PERPETUAL = 'BTC/USD:BTC'

const say = (title, text) => console.log(`\n== ${title}\n${text}`)

/** The address is all that is different from the venue. */
const clientOf = ({ clientId, clientSecret }, Exchange = ccxt.deribit) =>
  new Exchange({
    apiKey: clientId,
    secret: clientSecret,
    urls: { api: { rest: url, ws: `${url.replace('http', 'ws')}/ws/api/v2` } },
  })

const exchange = clientOf(main)
const stream = clientOf(main, ccxt.pro.deribit)
const [sub] = subaccounts
const subaccount = clientOf(sub)

// 1. What can be traded, which accounts are there, and what is in them?
const markets = Object.values(await exchange.loadMarkets())
const kinds = ['swap', 'future', 'option', 'spot']
say(
  'markets',
  kinds.map((kind) => `${markets.filter((market) => market[kind]).length} of kind ${kind}`).join('\n'),
)

const accounts = await exchange.fetchAccounts()
assert.deepEqual(
  accounts.map(({ id }) => Number(id)).slice(0, 4),
  [main, ...subaccounts].map(({ accountId }) => accountId),
)
say('accounts', accounts.map(({ id, type }) => `${id}  ${type}`).join('\n'))

const { total } = await exchange.fetchBalance()
say(
  'equity',
  Object.entries(total)
    .map(([code, amount]) => `${code}  ${amount}`)
    .join('\n'),
)

// 2. An order that rests, is changed and is taken back, each as the stream tells it.
await stream.loadHttpProxyAgent()
await stream.loadMarkets()
const told = []
async function follow() {
  for (let isOpen = true; isOpen; ) {
    const { id, amount, price, status } = (await stream.watchOrders(PERPETUAL)).at(-1)
    told.push(`${id}  ${amount} @ ${price}  ${status}`)
    isOpen = status === 'open'
  }
}
const following = follow()
// The balance is told at once, after the orders were subscribed to: from here on nothing of them is missed.
await stream.watchBalance()
const placed = await exchange.createOrder(PERPETUAL, 'limit', 'buy', 200, 90_000, { label: 'example' })
const changed = await exchange.editOrder(placed.id, PERPETUAL, 'limit', 'buy', 300, 90_500)
assert.deepEqual([changed.id, changed.amount, changed.price], [placed.id, 300, 90_500])
await exchange.cancelOrder(placed.id)
await following
assert.equal(told.at(-1), `${placed.id}  300 @ 90500  canceled`)
say('order', told.join('\n'))

// 3. A trade, and what it does to the position: sizes count dollars.
const sizeOf = async (client) => {
  const position = await client.fetchPosition(PERPETUAL)
  return (position.side === 'short' ? -1 : 1) * (position.contracts ?? 0)
}
const before = await sizeOf(exchange)
const filled = await exchange.createOrder(PERPETUAL, 'market', 'buy', 1_000)
assert.equal(filled.status, 'closed')
const [trade] = await exchange.fetchOrderTrades(filled.id, PERPETUAL)
assert.equal(await sizeOf(exchange), before + 1_000)
say('trade', `${trade.id}: ${trade.amount} @ ${trade.price}, position ${before} -> ${before + 1_000} dollars`)

// 4. Money for a subaccount, and a part of the position, at the price of its entry; both stay within the main account.
const transfer = await exchange.transfer('BTC', 0.25, 'main', String(sub.accountId))
assert.equal(transfer.status, 'ok')
const subBefore = await sizeOf(subaccount)
const { result } = await exchange.privateGetMovePositions({
  source_uid: main.accountId,
  target_uid: sub.accountId,
  currency: 'BTC',
  trades: JSON.stringify([{ instrument_name: 'BTC-PERPETUAL', amount: 1_000 }]),
})
const [moved] = result
assert.equal(await sizeOf(exchange), before)
assert.equal(await sizeOf(subaccount), subBefore + 1_000)
say(
  'subaccount',
  `${transfer.amount} BTC and ${moved.amount} dollars of ${moved.instrument_name} @ ${moved.price} for ${sub.accountId}`,
)

// 5. The native surface shows the same: two answers with the same number are of the same book.
const operator = { headers: { authorization: `Bearer ${demo.native.operator.apiKey}` } }
const native = async (path) => {
  const answer = await fetch(`${url}/stemma/v1${path}`, operator)
  assert.ok(answer.ok, `${path} answered ${answer.status}`)
  return { sequence: answer.headers.get('stemma-sequence'), body: await answer.json() }
}
/** Asked again where something happened in between. */
async function bothAt() {
  const { info } = await subaccount.fetchBalance({ code: 'BTC' })
  const sequence = subaccount.last_response_headers['Stemma-Sequence']
  const there = await native(`/accounts/acc_${sub.accountId}/balances/BTC`)
  return there.sequence === sequence ? { sequence, info, balance: there.body } : bothAt()
}
const { sequence, info, balance } = await bothAt()
assert.equal(Number(info.balance), Number(balance.available))
say('natively', `at ${sequence}: ${info.balance} BTC there are ${balance.available} BTC here`)

await stream.close()
say('done', `${markets.length} markets, ${accounts.length} accounts, one trade`)
