// Who may call what: every route of the surface, so that a new one cannot be forgotten, with too little, as somebody
// else, and for an account of another firm.
import { SCOPES } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintApiKey } from '../../auth/index.js'
import { type Acme, addClient, buildAcme, KEYS } from '../../testing/acme.js'
import { openContract, orderOf, SYMBOL } from '../../testing/market.js'
import { type Answered, startVenue, type Venue } from '../../testing/venue.js'
import type { Route } from './call.js'
import { CASH_MOVEMENTS } from './cash-movements.js'
import { ROUTES } from './index.js'
import { scopesShown } from './scopes.js'

let venue: Venue
let acme: Acme
/** Keys by what they may: everything, everything but writes, and drop copies alone. */
let keys: Readonly<Record<'all' | 'reads' | 'dropCopy', string>>

beforeAll(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  await openContract(venue)
  const known: readonly string[] = SCOPES
  // What a user of a firm can have: the scopes that the venue has a name for.
  await venue.run('accounts.open', {
    ...{ party: acme.firm, main: null, name: 'acme-holding', displayName: 'Holding' },
    ...{ type: 'fully_collateralised', baseCurrency: null, needsClearing: false },
    attributes: { fundingType: 'holding' },
  })
  const all = known.filter((scope) => scopesShown([scope]).length > 0)
  const { user } = await venue.run<{ user: number }>('users.create', {
    ...{ party: acme.firm, name: 'acme-everything', displayName: 'Everything', sealedEmail: null },
    ...{ kyc: 'approved', roles: ['firm_administrator'], scopes: all, account: acme.main },
  })
  keys = {
    all: await addKey(user, 'everything', all),
    reads: await addKey(
      user,
      'reads',
      all.filter((scope) => !scope.endsWith(':write')),
    ),
    dropCopy: await addKey(acme.dropCopy, 'copies', null),
  }
})
afterAll(() => venue.close())

async function addKey(user: number, clientId: string, scopes: readonly string[] | null): Promise<string> {
  const { value, secretHash } = mintApiKey(clientId)
  const kept = { kind: 'api_key', secretHash, publicKeys: [], scopes }
  await addClient(venue, { user }, clientId, KEYS, kept)
  return value
}

interface Place {
  readonly method: Route['method']
  readonly path: string
  readonly scope: string | null
  readonly isConnect: boolean
}

const PLACES: readonly Place[] = [
  ...ROUTES.map(({ method, path, scope }) => ({ method, path: `/v1${path}`, scope, isConnect: false })),
  ...Object.values(CASH_MOVEMENTS).map(({ method, path, scope }) => ({
    method,
    path,
    scope,
    isConnect: true,
  })),
]
const named = (places: readonly Place[]) =>
  places.map((place) => [`${place.method} ${place.path}`, place] as const)

const OWN = { ':id': 'acme-main', ':firm': 'api-acme-participantfirm', ':symbol': SYMBOL }

/** Behind the limits of whoever asked before. */
async function ask(
  { method, path }: Place,
  options: { readonly token?: string; readonly headers?: Record<string, string>; readonly json?: unknown },
  parameters: Readonly<Record<string, string>> = OWN,
  query = '',
): Promise<Answered> {
  venue.move(60)
  const url = path.replaceAll(/:[a-z]+/g, (name) => parameters[name] ?? name) + query
  const json = method === 'GET' ? {} : { json: options.json ?? {} }
  return venue.send(method, url, { ...options, ...json })
}

const head = () => venue.server.engine.image.head.sequence

function expectTold({ isConnect }: Place, answered: Answered, status: number, code: number, message: string) {
  const names: Readonly<Record<number, string>> = { 7: 'permission_denied', 16: 'unauthenticated' }
  expect([answered.status, answered.body]).toEqual([
    status,
    isConnect ? { code: names[code], message } : { code, message, details: [] },
  ])
}

describe.each(named(PLACES))('%s', (_name, place) => {
  test('needs a token', async () => {
    const message = 'unauthenticated: missing or invalid access token'
    expectTold(place, await ask(place, {}), 401, 16, message)
    expectTold(place, await ask(place, { token: 'sk_everything_0' }), 401, 16, message)
  })

  test('is for no participant of another firm', async () => {
    const headers = { 'x-participant-id': 'firms/other-firm/users/other-trading' }
    const answered = await ask(place, { token: keys.all, headers })
    if (place.isConnect) expect([answered.status, answered.body.code]).toEqual([400, 'invalid_argument'])
    else expectTold(place, answered, 403, 7, 'permission denied: cross-firm participant id')
  })
})

describe.each(named(PLACES.filter(({ scope }) => scope !== null)))('%s', (_name, place) => {
  const { scope } = place

  test('needs its scope', async () => {
    const before = head()
    const message = `permission denied: missing required scope ${scopesShown([scope ?? ''])[0]}`
    expectTold(place, await ask(place, { token: keys.dropCopy }), 403, 7, message)
    if (scope?.endsWith(':write')) expectTold(place, await ask(place, { token: keys.reads }), 403, 7, message)
    else expect((await ask(place, { token: keys.reads })).status).not.toBe(403)
    expect(head()).toBe(before)
  })
})

const order = (account: string) =>
  orderOf(account, { orderQty: '1', price: '10', clordId: `order-of-${account.replace(/.*\//, '')}` })
const money = (accountId: string) => ({ json: { accountId, amount: '1.00' } })
const searched = (account: string) => ({ json: { accounts: [account] } })
const own = 'firms/api-acme-participantfirm/accounts/acme-main'

interface Asked {
  readonly query?: string
  readonly json?: unknown
  readonly parameters?: Readonly<Record<string, string>>
}

/** How each route names an account. */
const NAMING: Readonly<Record<string, (account: string) => Asked>> = {
  'GET /v1/accounts/accounts': (account) => ({ query: `?accountId=${account}` }),
  'GET /v1/accounts/:id': (account) => ({ parameters: { ':id': account } }),
  'GET /v1/accounts/firms/:firm/accounts/:id': (account) => {
    const [, firm = '', , id = ''] = account.split('/')
    return { parameters: { ':firm': firm, ':id': id } }
  },
  'POST /v1/positions/balance': (name) => ({ json: { name, currency: 'USD' } }),
  'POST /v1/positions/balances': (name) => ({ json: { name } }),
  'GET /v1/positions': (account) => ({ query: `?name=${account}` }),
  'GET /v1/positions/ledger': (account) => ({ query: `?account=${account}` }),
  'GET /v1/positions/ledger/download': (account) => ({ query: `?account=${account}` }),
  'GET /v1/funding/balance-ledger': (account) => ({ query: `?account=${account}` }),
  'GET /v1/funding/balance-ledger/download': (account) => ({ query: `?account=${account}` }),
  'GET /v1/funding/accounts': (account) => ({ query: `?accountIds=${own}&accountIds=${account}` }),
  'GET /v1/funding/transactions': (account) => ({ query: `?accountId=${account}` }),
  'GET /v1/funding/transaction-requirements': (account) => ({ query: `?accountIds=${account}` }),
  'PATCH /v1/funding/accounts/:id': (account) => ({
    parameters: { ':id': encodeURIComponent(account) },
    json: { account: { name: 'Taken' } },
  }),
  'POST /v1/aeropay/deposits': money,
  'POST /v1/checkout/deposits': money,
  'POST /v1/funding/withdrawals': money,
  'POST /v1/trading/orders': (account) => ({ json: order(account) }),
  'POST /v1/trading/orders/list': (account) => ({ json: { requests: [order(own), order(account)] } }),
  'POST /v1/trading/orders/cross': (account) => ({
    json: {
      requests: [order(own), { ...order(account), side: 'SIDE_SELL' }],
      crossType: 'CROSS_TYPE_ALL_OR_NONE',
      crossId: 'cross',
    },
  }),
  'POST /v1/trading/orders/preview': (account) => ({ json: { request: order(account) } }),
  'GET /v1/trading/orders/open': (account) => ({ query: `?accounts=${account}` }),
  'POST /v1/report/orders/search': searched,
  'POST /v1/report/executions/search': searched,
  'POST /v1/report/trades/search': searched,
  'POST /v1/report/orders/csv': searched,
  'POST /v1/report/executions/csv': searched,
  'POST /v1/report/trades/csv': searched,
  [`POST ${CASH_MOVEMENTS.create.path}`]: (account) => ({
    json: {
      idempotencyKey: 'once',
      transfer: { reason: 1, participantAccountId: account, amount: '1.00', currency: 'USD' },
    },
  }),
}

/** Routes that name no account: who asks, orders by their ids, the market, the firm as a whole. */
const NAMING_NONE =
  /\/(?:whoami|users|kyc\/\w+|refdata\/\w+|orderbook\/.*|instruments\/.*|funding\/sources|trades\/stats|GetCashMovement|GetFundingAccountBalance)$|^(?:GET|POST) \/v1\/accounts$|orders\/(?:replace|cancel|replace\/list|cancel\/list|:id)$/

test('every route names an account in a way that is tried here, or none', () => {
  const untried = PLACES.map(({ method, path }) => `${method} ${path}`).filter(
    (name) => NAMING[name] === undefined && !NAMING_NONE.test(name),
  )
  expect(untried).toEqual([])
})

describe.each(named(PLACES).filter(([name]) => NAMING[name] !== undefined))('%s', (name, place) => {
  test('answers for an account of another firm as for one that nobody has', async () => {
    const before = head()
    const about = async (account: string) => {
      const { query, json, parameters } = NAMING[name]?.(account) ?? {}
      return ask(place, { token: keys.all, json }, parameters, query)
    }
    const foreign = await about('firms/other-firm/accounts/other-main')
    const unknown = await about('firms/other-firm/accounts/nobodys')
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
    const code = place.isConnect ? { code: 'not_found' } : { code: 5, details: [] }
    expect(foreign.body).toEqual({ ...code, message: 'account not found' })
    expect(head()).toBe(before)
    expect((await about(own)).status).not.toBe(404)
  })
})
