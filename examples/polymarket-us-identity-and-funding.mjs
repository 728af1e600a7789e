// The identity and funding workflow of a participant firm, over HTTP, with nothing but Node:
//
//   sign a JWT with the firm's private key -> access token -> whoami -> users -> accounts -> status -> balances
//   -> fund the account -> its entry in the ledger -> the sums of every node above it
//
// Run it against a server with the demo world:
//
//   npm start
//   node examples/polymarket-us-identity-and-funding.mjs
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

const clientOf = (user) => {
  const found = venue.clients.find((client) => client.user === `firms/${FIRM}/users/${user}`)
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

say('done', `${ACCOUNT} was funded with ${AMOUNT} USD`)
