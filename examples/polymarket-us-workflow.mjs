// The workflow of a participant firm from its private key to a trade, over HTTP, with nothing but Node:
//
//   sign a JWT with the firm's private key -> access token -> whoami -> users -> accounts -> status -> balances
//   -> fund the account -> its entry in the ledger -> the sums of every node above it
//   -> orders in both forms -> positions, balances, ledgers -> the reports of both firms -> the same natively
//
// Run it against a server with the demo world:
//
//   npm start
//   node examples/polymarket-us-workflow.mjs
//
// STEMMA_URL (default http://127.0.0.1:4000) and STEMMA_DATA (default ./data) say where the server and its demo.json
// are. The program ends with an error as soon as anything is not as expected.
import assert from 'node:assert/strict'
import { createSign, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const url = process.env.STEMMA_URL ?? 'http://127.0.0.1:4000'
const demo = JSON.parse(readFileSync(join(process.env.STEMMA_DATA ?? 'data', 'demo.json'), 'utf8'))
const venue = demo['polymarket-us']

const FIRM = 'api-acme-participantfirm'
const ACCOUNT = `firms/${FIRM}/accounts/api-acme-account-1`
const AMOUNT = '1250.00'

const say = (title, text) => console.log(`\n== ${title}\n${text}`)
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Decimal text with two decimals as a whole number of cents: money is never a floating-point number. */
const cents = (text) => BigInt(text.replace('.', ''))

/** A JWT that proves the client to the token endpoint: RS256, five minutes at most, never used twice. */
function signAssertion({ clientId, privateKeyPem }) {
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: 'RS256', typ: 'JWT' }
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: venue.tokenUrl,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
  }
  const signed = `${base64url(header)}.${base64url(claims)}`
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKeyPem, 'base64url')
  return `${signed}.${signature}`
}

async function accessToken(client) {
  const answer = await fetch(venue.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signAssertion(client),
      audience: venue.audience,
    }),
  })
  const body = await answer.json()
  assert.equal(answer.status, 200, `no access token: ${JSON.stringify(body)}`)
  assert.equal(body.token_type, 'Bearer')
  return body
}

/** One request; anything but the expected status ends the program. */
async function call(token, method, path, { body, headers = {} } = {}) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text)
}

const clientOf = (user, firm = FIRM) => {
  const found = venue.clients.find((client) => client.user === `firms/${firm}/users/${user}`)
  assert.ok(found, `demo.json has no client of ${user}`)
  return found
}

/** The sums of the account's firm and of every owner above it, read with the operator's own key. */
async function sumsAbove(operatorKey) {
  const found = await call(operatorKey, 'GET', `/stemma/v1/parties?search=${FIRM}`)
  let party = found.items.find(({ name }) => name === FIRM)
  assert.ok(party, `the operator does not see ${FIRM}`)
  const sums = new Map()
  while (party !== null) {
    const { currencies } = await call(operatorKey, 'GET', `/stemma/v1/nodes/${party.id}/summary`)
    // Positive and negative cash are kept apart: the operator's own books hold the other side of every deposit.
    const usd = currencies.find(({ currency }) => currency === 'USD')
    sums.set(party.name, usd.positive)
    party = party.owner === null ? null : await call(operatorKey, 'GET', `/stemma/v1/parties/${party.owner}`)
  }
  return sums
}

// 1. Prove who we are.
const trading = clientOf('api-acme-trading')
const token = await accessToken(trading)
say('access token', `${trading.clientId} got a token for ${token.expires_in} s`)

// 2. Who are we, which users are there, which accounts are there?
const me = await call(token.access_token, 'GET', '/v1/accounts/whoami')
assert.equal(me.user, trading.user)
assert.equal(me.firmId, FIRM)
assert.ok(me.legalEntities.some(({ id }) => id === 'api-acme-clearingmember'))
say('whoami', `${me.user} of ${me.firmName}, entitled to ${me.entitlements.join(', ')}`)

const { users } = await call(token.access_token, 'GET', '/v1/accounts/users')
assert.ok(users.some(({ userId }) => userId === trading.user))
say('users', users.map(({ userId, state, kycStatus }) => `${userId}  ${state}  KYC ${kycStatus}`).join('\n'))

const { accounts } = await call(token.access_token, 'GET', '/v1/accounts/accounts')
assert.deepEqual(
  accounts.map(({ status }) => status),
  ['Active', 'Suspended', 'Closed'],
)
say(
  'accounts',
  accounts.map(({ accountId, name, status }) => `${accountId}  ${status.padEnd(9)}  ${name}`).join('\n'),
)

// 3. Only an active account can be funded.
const [account] = accounts
assert.equal(account.accountId, ACCOUNT)
assert.equal(account.status, 'Active')

// 4. What is in it?
const headers = { 'x-participant-id': trading.user }
const readBalance = () =>
  call(token.access_token, 'POST', '/v1/positions/balance', {
    headers,
    body: { name: ACCOUNT, currency: 'USD' },
  })
const before = await readBalance()
const sumsBefore = await sumsAbove(demo.native.operator.apiKey)
say('balance', `${before.balance} USD, buying power ${before.buyingPower} USD`)

// 5. Fund it. The trading user may not move money; the firm's treasurer may ask for a deposit, and it is booked when
// the operator sees the wire come in.
const treasurer = clientOf('api-acme-treasurer')
const treasurerToken = await accessToken(treasurer)
const { transaction } = await call(treasurerToken.access_token, 'POST', '/v1/aeropay/deposits', {
  headers: { 'x-participant-id': treasurer.user },
  body: { accountId: ACCOUNT, amount: AMOUNT, currency: 'USD', description: 'Example funding' },
})
assert.equal(transaction.transactionState, 'TRANSACTION_STATE_PENDING')
assert.equal(
  (await readBalance()).balance,
  before.balance,
  'a pending deposit must not be in the balance yet',
)
const deposit = `dep_${transaction.transactionId}`
await call(demo.native.operator.apiKey, 'POST', `/stemma/v1/deposits/${deposit}/complete`, {
  body: { reason: 'Wire received' },
})
say('funding', `${deposit}: ${AMOUNT} USD asked for by ${treasurer.user}, completed by the operator`)

// 6. The entry in the ledger of the account.
const after = await readBalance()
assert.equal(cents(after.balance), cents(before.balance) + cents(AMOUNT))
const query = new URLSearchParams({ account: ACCOUNT, currency: 'USD', pageSize: '100' })
const ledger = await call(token.access_token, 'GET', `/v1/funding/balance-ledger?${query}`, { headers })
const entry = ledger.entries.find(({ afterBalance }) => afterBalance === after.balance)
assert.ok(entry, 'the ledger has no entry with the new balance')
say('ledger', `${entry.id}  ${entry.entryType}  ${entry.beforeBalance} -> ${entry.afterBalance} USD`)

// 7. The sums of every node above it have grown by the same amount.
const sumsAfter = await sumsAbove(demo.native.operator.apiKey)
for (const [name, sum] of sumsAfter)
  assert.equal(cents(sum), cents(sumsBefore.get(name)) + cents(AMOUNT), `the sum of ${name} is wrong`)
say(
  'sums above it',
  [...sumsAfter].map(([name, sum]) => `${name.padEnd(26)}  ${sumsBefore.get(name)} -> ${sum} USD`).join('\n'),
)

// 8. What is there to trade with? The firm's operations read books and reports; its trading user has no need to.
const symbol = venue.instrument
const operations = (await accessToken(clientOf('api-acme-operations'))).access_token
const book = await call(operations, 'GET', `/v1/orderbook/${symbol}`)
assert.equal(book.state, 'INSTRUMENT_STATE_OPEN')
const [bid] = book.bids
const [offer] = book.offers
const scale = BigInt(book.priceScale)
say('book', `${symbol}: ${bid.qty} @ ${bid.px} / ${offer.qty} @ ${offer.px}, prices count 1/${scale} USD`)

// 9. Orders: the short form counts contracts, the other has every field of the venue. Both take what another firm offers.
const traderToken = (await accessToken(trading)).access_token
const order = (id) => call(traderToken, 'GET', `/v1/trading/orders/${id}`, { headers })
async function place(body) {
  const { orderId } = await call(traderToken, 'POST', '/v1/trading/orders', { headers, body })
  return (await order(orderId)).order
}
const positionOf = async () => {
  const { positions } = await call(traderToken, 'GET', `/v1/positions?name=${ACCOUNT}&symbol=${symbol}`, {
    headers,
  })
  return BigInt(positions[0]?.netPosition ?? 0)
}
const held = await positionOf()
const cash = (await readBalance()).balance
const short = await place({
  accountId: ACCOUNT,
  instrument: symbol,
  side: 'buy',
  quantity: 100,
  price: offer.px,
})
const full = await place({
  account: ACCOUNT,
  symbol,
  type: 'ORDER_TYPE_LIMIT',
  side: 'SIDE_BUY',
  orderQty: '50',
  price: offer.px,
  timeInForce: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
  clordId: randomUUID(),
})
for (const { state, avgPx } of [short, full])
  assert.deepEqual([state, avgPx], ['ORDER_STATE_FILLED', offer.px])
say(
  'orders',
  [short, full].map(({ id, orderQty, avgPx, state }) => `${id}  ${orderQty} @ ${avgPx}  ${state}`).join('\n'),
)

// One that rests is open until it is taken back.
const resting = await place({
  accountId: ACCOUNT,
  instrument: symbol,
  side: 'buy',
  quantity: 10,
  price: bid.px,
})
const open = await call(traderToken, 'GET', `/v1/trading/orders/open?symbols=${symbol}`, { headers })
assert.ok(open.orders.some(({ id, leavesQty }) => id === resting.id && leavesQty === '10'))
await call(traderToken, 'POST', '/v1/trading/orders/cancel', {
  headers,
  body: { orderId: resting.id, symbol },
})
assert.equal((await order(resting.id)).order.state, 'ORDER_STATE_CANCELED')

// 10. Position and cash: 150 contracts more, and their price and fees less. Notional counts 1/scale USD here.
const fees = BigInt(short.commissionNotionalTotalCollected) + BigInt(full.commissionNotionalTotalCollected)
const cost = 150n * BigInt(offer.px) + fees
const left = await readBalance()
assert.equal(await positionOf(), held + 150n)
assert.equal(cents(cash) - cents(left.balance), (cost * 100n) / scale)
say(
  'position',
  `${held} -> ${held + 150n} contracts; cash ${cash} -> ${left.balance} USD, ${fees}/${scale} USD of it fees`,
)

// 11. The ledgers tell the same.
const newest = `account=${ACCOUNT}&symbol=${symbol}&newestFirst=true&pageSize=4`
const positionLedger = await call(traderToken, 'GET', `/v1/positions/ledger?${newest}`, { headers })
assert.deepEqual(
  positionLedger.entries.slice(0, 2).map(({ quantityChange }) => quantityChange),
  ['50', '100'],
)
const cashLedger = await call(traderToken, 'GET', `/v1/funding/balance-ledger?${newest}`, { headers })
const types = cashLedger.entries.map(({ entryType }) => entryType.replace('LEDGER_ENTRY_TYPE_BALANCE_', ''))
assert.deepEqual(types, ['COMMISSION', 'ORDER_EXECUTION', 'COMMISSION', 'ORDER_EXECUTION'])
assert.equal(cashLedger.entries[0].afterBalance, left.balance)
say(
  'ledgers',
  cashLedger.entries
    .map(({ description, entryType, afterBalance }) => `${description}  ${entryType}  -> ${afterBalance}`)
    .join('\n'),
)

// 12. Reports: each firm sees its own side of the trade, under the same id, and nothing of the other.
const { executions } = await call(operations, 'POST', '/v1/report/executions/search', {
  body: { orderId: full.id, types: ['EXECUTION_TYPE_FILL'] },
})
const [fill] = executions
const MAKER = 'api-polaris-participantfirm'
const maker = (await accessToken(clientOf('api-polaris-trading', MAKER))).access_token
const tradeOf = async (reader) => {
  const { trade } = await call(reader, 'POST', '/v1/report/trades/search', {
    body: { tradeId: fill.tradeId },
  })
  assert.deepEqual([trade.length, trade[0].px, trade[0].qty], [1, offer.px, '50'])
  return trade[0]
}
const [ours, theirs] = [await tradeOf(operations), await tradeOf(maker)]
assert.deepEqual([ours.aggressor.id, ours.passive], [fill.id, null])
assert.deepEqual([theirs.aggressor, theirs.passive.order.side], [null, 'SIDE_SELL'])
say('reports', `trade ${fill.tradeId}: ours ${ours.aggressor.id}, theirs ${theirs.passive.id}`)

// 13. The native surface shows the same, at the same sequence: the numbers of a ledger entry are its place in the book.
const operator = demo.native.operator.apiKey
const sequence = cashLedger.entries[1].id.split('_')[1]
async function entriesAt(name) {
  const { items } = await call(operator, 'GET', `/stemma/v1/accounts?search=${name}`)
  const found = items.find((each) => each.name === name)
  const { items: entries } = await call(operator, 'GET', `/stemma/v1/accounts/${found.id}/entries?limit=10`)
  const balance = await call(operator, 'GET', `/stemma/v1/accounts/${found.id}/balances/USD`)
  return { balance, at: entries.filter((each) => each.sequence.split('.')[0] === sequence) }
}
const [buyer, seller] = [await entriesAt('api-acme-account-1'), await entriesAt('api-polaris-account-1')]
assert.equal(buyer.balance.posted, left.balance)
const execution = ({ at }) => at.find(({ type }) => type === 'order_execution')
assert.equal(cents(execution(buyer).amount), -cents(execution(seller).amount))
assert.equal(execution(buyer).description, cashLedger.entries[1].description)
say(
  'natively',
  `at ${sequence}: ${execution(buyer).amount} USD of ours are ${execution(seller).amount} USD of theirs`,
)

say('done', `${ACCOUNT} was funded with ${AMOUNT} USD and holds ${held + 150n} contracts of ${symbol}`)
