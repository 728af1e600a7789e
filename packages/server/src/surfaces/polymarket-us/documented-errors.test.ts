// Errors that sections 3, 5, 6 and 9 of the venue's documentation name, each as it documents it. What other files of
// this folder provoke already (tokens, scopes, foreign accounts, webhooks, orders) is not repeated here.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mintApiKey } from '../../auth/index.js'
import { type Acme, addClient, buildAcme, KEYS } from '../../testing/acme.js'
import { PERSON } from '../../testing/person.js'
import { startVenue, type Venue } from '../../testing/venue.js'

let venue: Venue
let acme: Acme
let token: string

beforeAll(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  const { value, secretHash } = mintApiKey('admin-key')
  const kept = { kind: 'api_key', secretHash, publicKeys: [] }
  await addClient(venue, { user: acme.administrator }, 'admin-key', KEYS, kept)
  token = value
})
afterAll(() => venue.close())
// Behind the limits of the test before.
beforeEach(() => venue.move(60))

const MAIN = 'firms/api-acme-participantfirm/accounts/acme-main'
const SERVICE = '/polymarket.us.cashmovement.v1.CashMovementService'
const head = () => venue.server.engine.image.head.sequence
const send = (method: string, path: string, json?: unknown) =>
  venue.send(method, path, { token, ...(json === undefined ? {} : { json }) })

async function expectRefused(
  method: string,
  path: string,
  json: unknown,
  told: readonly [status: number, code: number, message: RegExp],
): Promise<void> {
  const before = head()
  const { status, body } = await send(method, path, json)
  expect([status, body]).toEqual([
    told[0],
    { code: told[1], message: expect.stringMatching(told[2]), details: [] },
  ])
  expect(head()).toBe(before)
}

const ledgers = ['/v1/funding/balance-ledger', '/v1/positions/ledger']
const LEDGERS = [...ledgers, ...ledgers.map((path) => `${path}/download`)]

describe('section 3: accounts and users', () => {
  test.each<[string, string, unknown, [number, number, RegExp]]>([
    ['GET', '/v1/accounts?user=nobody', undefined, [400, 3, /^invalid user: expected firms/]],
    ['GET', '/v1/accounts?user=firms/other-firm/users/other-trading', undefined, [403, 7, /cross-firm/]],
    ['GET', '/v1/accounts/accounts?user=firms/x/users/y', undefined, [403, 7, /cross-firm/]],
    ['GET', '/v1/accounts/accounts?accountId=nobodys', undefined, [404, 5, /^account not found$/]],
    ['POST', '/v1/accounts', {}, [400, 3, /^missing required field name$/]],
    ['POST', '/v1/accounts', { name: 'x', currency: 'XXX' }, [400, 3, /^invalid currency/]],
    ['POST', '/v1/accounts', { name: 'x'.repeat(65) }, [400, 3, /64/]],
    ['POST', '/v1/accounts', { name: 'acme-main' }, [409, 6, /./]],
    ['POST', '/v1/accounts', { name: 'x', type: 'margin' }, [400, 3, /^unknown field "type"$/]],
    [
      'PATCH',
      '/v1/funding/accounts/acme-main',
      { account: { name: 7 } },
      [400, 3, /^invalid account\.name: expected text$/],
    ],
    ['PATCH', '/v1/funding/accounts/acme-main', { account: 'x' }, [400, 3, /^invalid account\./]],
  ])('%s %s %j', (method, path, json, told) => expectRefused(method, path, json, told))
})

describe('section 3.6: KYC', () => {
  const camel = (name: string): string =>
    name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())

  test.each(Object.keys(PERSON))('start needs %s', (name) =>
    expectRefused('POST', '/v1/kyc/start', { ...PERSON, [name]: undefined }, [
      400,
      3,
      new RegExp(`${camel(name)}\\b`),
    ]),
  )

  test.each(Object.keys(PERSON.address))('the address needs %s', (name) =>
    expectRefused('POST', '/v1/kyc/start', { ...PERSON, address: { ...PERSON.address, [name]: undefined } }, [
      400,
      3,
      new RegExp(`address\\.${camel(name)}\\b`),
    ]),
  )

  test.each(['first_name', 'last_name'])('%s has at most 50 characters', (name) =>
    expectRefused('POST', '/v1/kyc/start', { ...PERSON, [name]: 'x'.repeat(51) }, [
      400,
      3,
      new RegExp(camel(name)),
    ]),
  )

  test.each(['1990-02-30', '1990-13-01', '90-01-31', '1990/01/31'])('%s is no date of birth', (date) =>
    expectRefused('POST', '/v1/kyc/start', { ...PERSON, date_of_birth: date }, [400, 3, /dateOfBirth/]),
  )

  test('the longest fields that there are pass', async () => {
    const longest = { external_id: 'x'.repeat(49), first_name: 'x'.repeat(50), last_name: 'x'.repeat(50) }
    expect((await send('POST', '/v1/kyc/start', { ...PERSON, ...longest })).status).toBe(200)
  })

  test('status needs an external id, and finds none that nobody handed in', async () => {
    await expectRefused('GET', '/v1/kyc/status', undefined, [400, 3, /^missing required field externalId$/])
    await expectRefused('GET', '/v1/kyc/status?external_id=x', undefined, [404, 5, /^external_id not found$/])
  })

  test('a firm asks ten times a second, and is told when to ask again', async () => {
    for (let count = 0; count < 10; count += 1)
      expect((await send('GET', '/v1/kyc/status?external_id=x')).status).toBe(404)
    const limited = await send('POST', '/v1/kyc/start', PERSON)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1'])
    expect(limited.body).toEqual({ code: 8, message: 'rate limit exceeded', details: [] })
  })
})

describe('section 5: positions, balances, ledgers', () => {
  test.each(LEDGERS)('%s needs an account, and times that are times', async (path) => {
    const account = /^missing required field account$/
    await expectRefused('GET', path, undefined, [400, 3, account])
    venue.move(60)
    await expectRefused('GET', `${path}?account=${MAIN}&endTime=never`, undefined, [
      400,
      3,
      /^invalid endTime/,
    ])
    venue.move(60)
    await expectRefused('GET', `${path}?account=${MAIN}&newestFirst=1`, undefined, [400, 3, /newestFirst/])
  })

  test.each([...ledgers.map((path) => `${path}?account=${MAIN}`), `/v1/positions?name=${MAIN}`])(
    '%s has pages of at most 1,000',
    async (path) => {
      expect((await send('GET', `${path}&pageSize=1000`)).status).toBe(200)
      await expectRefused('GET', `${path}&pageSize=1001`, undefined, [400, 3, /^invalid pageSize/])
      await expectRefused('GET', `${path}&pageSize=ten`, undefined, [400, 3, /^invalid pageSize/])
      await expectRefused('GET', `${path}&pageToken=x`, undefined, [400, 3, /^invalid pageToken$/])
    },
  )

  test.each([
    ['NETTING'],
    ['SECURITY_BALANCE_ADJUSTMENT'],
    ['SECURITY_MARK_TO_MARKET'],
    ['CONTRACT_EXPIRATION'],
    ['PENDING_CREDIT_ADJUSTMENT'],
    ['BEGINNING_OF_DAY'],
    ['SECURITY_WITHDRAWAL'],
    ['AVERAGE_PRICE_TRANSFER'],
    ['GIVE_UP'],
    ['SYNCHRONIZATION'],
    ['INTEREST'],
    ['SETTLEMENT_FEE'],
  ])('entries of the type %s are not shown, and asking for them says so', (type) =>
    expectRefused(
      'GET',
      `/v1/funding/balance-ledger?account=${MAIN}&entryTypes=LEDGER_ENTRY_TYPE_BALANCE_${type}`,
      undefined,
      [409, 10, /./],
    ),
  )

  test('a description is searched for by at most 200 characters', async () => {
    const path = `/v1/funding/balance-ledger?account=${MAIN}&description=`
    expect((await send('GET', path + 'x'.repeat(200))).status).toBe(200)
    await expectRefused('GET', path + 'x'.repeat(201), undefined, [400, 3, /^invalid description/])
  })

  test.each<[string, string, unknown, RegExp]>([
    ['GET', '/v1/positions', undefined, /^missing required field name$/],
    [
      'GET',
      `/v1/positions?name=${MAIN}&asOfTime=2026-01-05T00:00:00Z&asOfDate.year=2026&asOfDate.month=1&asOfDate.day=5`,
      undefined,
      /^invalid asOfTime: given with asOfDate$/,
    ],
    ['GET', `/v1/positions?name=${MAIN}&asOfTime=now`, undefined, /^invalid asOfTime/],
    [
      'GET',
      `/v1/positions?name=${MAIN}&asOfDate.year=2026&asOfDate.month=2&asOfDate.day=30`,
      undefined,
      /^invalid asOfDate/,
    ],
    ['GET', `/v1/positions?name=${MAIN}&nonZeroOnly=maybe`, undefined, /^invalid nonZeroOnly/],
    ['POST', '/v1/positions/balance', {}, /^missing required field name$/],
    ['POST', '/v1/positions/balance', { name: MAIN, currency: 'XXX' }, /^invalid currency/],
    ['POST', '/v1/positions/balances', {}, /^missing required field name$/],
  ])('%s %s %j', (method, path, json, message) => expectRefused(method, path, json, [400, 3, message]))

  test('an unknown symbol has no position', () =>
    expectRefused('GET', `/v1/positions?name=${MAIN}&symbol=none`, undefined, [404, 5, /^symbol not found$/]))
})

describe('section 6: funding', () => {
  test.each(['/v1/funding/sources', '/v1/funding/transactions'])(
    '%s has pages of at most 1,000',
    async (path) => {
      expect((await send('GET', `${path}?pageSize=1000`)).status).toBe(200)
      await expectRefused('GET', `${path}?pageSize=1001`, undefined, [400, 3, /^invalid pageSize/])
    },
  )

  test.each(['startTime', 'endTime', 'newestFirst'])('transactions take a %s only where it is one', (name) =>
    expectRefused('GET', `/v1/funding/transactions?${name}=soon`, undefined, [
      400,
      3,
      new RegExp(`^invalid ${name}`),
    ]),
  )

  test('more than can be withdrawn is refused, and nothing is held for it', () =>
    expectRefused('POST', '/v1/funding/withdrawals', { accountId: MAIN, amount: '0.01' }, [400, 9, /./]))
})

describe('section 6.5: cash movements', () => {
  const movement = (change: object = {}, key = 'key') => ({
    idempotency_key: key,
    transfer: {
      reason: 'TRANSFER_REASON_DEPOSIT',
      participant_account_id: MAIN,
      amount: '1.00',
      currency: 'USD',
      external_reference: 'ref',
      ...change,
    },
  })
  const call = (method: string, json: unknown) => send('POST', `${SERVICE}/${method}`, json)

  async function expectConnect(
    method: string,
    json: unknown,
    told: readonly [number, string],
  ): Promise<void> {
    const before = head()
    const { status, body } = await call(method, json)
    expect([status, body]).toEqual([told[0], { code: told[1], message: expect.any(String) }])
    expect(head()).toBe(before)
  }

  test('without a funding account there is nothing to pay from', async () => {
    await expectConnect('CreateCashMovement', movement(), [400, 'failed_precondition'])
    await expectConnect('GetFundingAccountBalance', { currency: 'USD' }, [400, 'failed_precondition'])
  })

  describe('with a funding account', () => {
    beforeAll(async () => {
      const { account } = await venue.run<{ account: number }>('accounts.open', {
        ...{ party: acme.firm, main: null, name: 'acme-holding', displayName: 'Holding' },
        ...{ type: 'fully_collateralised', baseCurrency: null, needsClearing: false },
        attributes: { fundingType: 'holding' },
      })
      const money = { account, currency: 'USD', amount: 100_000_000n, reference: null, description: null }
      await venue.run('deposits.create', { ...money, settle: true })
    })

    test.each<[string, unknown]>([
      ['no key', { ...movement(), idempotency_key: undefined }],
      ['an empty key', movement({}, '')],
      ['a key of 129 characters', movement({}, 'x'.repeat(129))],
      ['a key with a space', movement({}, 'a b')],
      ['no transfer', { idempotency_key: 'key' }],
      ['no reason', movement({ reason: undefined })],
      ['reason 0', movement({ reason: 0 })],
      ['reason 4', movement({ reason: 4 })],
      ['no account', movement({ participant_account_id: undefined })],
      ['no amount', movement({ amount: undefined })],
      ['nothing', movement({ amount: '0.00' })],
      ['less than nothing', movement({ amount: '-1.00' })],
      ['a number', movement({ amount: 1 })],
      ['a tenth of a cent', movement({ amount: '1.001' })],
      ['an unknown currency', movement({ currency: 'XXX' })],
      ['an unknown field', movement({ colour: 'red' })],
    ])('%s is an invalid argument', (_what, json) =>
      expectConnect('CreateCashMovement', json, [400, 'invalid_argument']),
    )

    test.each(['csm_0', 'csm_999', 'x', 'csm_9007199254740993'])('there is no workflow %s', (workflow_id) =>
      expectConnect('GetCashMovement', { workflow_id }, [404, 'not_found']),
    )

    test('a workflow has to be named, and a currency be one', async () => {
      await expectConnect('GetCashMovement', {}, [400, 'invalid_argument'])
      await expectConnect('GetFundingAccountBalance', { currency: 'XXX' }, [400, 'invalid_argument'])
    })

    test('vendor fees are taken once a business day of an account', async () => {
      expect((await call('CreateCashMovement', movement({ amount: '5.00' }, 'in'))).status).toBe(200)
      const fees = { reason: 'TRANSFER_REASON_VENDOR_FEES' }
      expect((await call('CreateCashMovement', movement(fees, 'fees'))).status).toBe(200)
      await expectConnect('CreateCashMovement', movement(fees, 'again'), [400, 'failed_precondition'])
    })

    test('a key means one request', async () => {
      expect((await call('CreateCashMovement', movement({}, 'once'))).status).toBe(200)
      for (const change of [{ amount: '2.00' }, { reason: 2 }, { memo: 'other' }])
        await expectConnect('CreateCashMovement', movement(change, 'once'), [409, 'already_exists'])
    })

    test('a body of 2 MB is too large, and a verb other than POST is unknown', async () => {
      const large = await call('GetCashMovement', { workflow_id: 'x'.repeat(2 ** 21) })
      expect([large.status, large.body.code]).toEqual([413, 'resource_exhausted'])
      const typed = await venue.send('POST', `${SERVICE}/GetCashMovement`, {
        ...{ token, raw: '<x/>', headers: { 'content-type': 'text/xml' } },
      })
      expect([typed.status, typed.body.code]).toEqual([415, 'invalid_argument'])
    })
  })
})

describe('section 9: the envelope', () => {
  test.each(['PUT', 'PATCH', 'DELETE', 'POST'])('%s where only GET is', async (method) => {
    const { status, headers, body } = await send(method, '/v1/whoami', {})
    expect([status, headers.get('allow'), body]).toEqual([
      405,
      'GET',
      { code: 12, message: 'method not allowed', details: [] },
    ])
  })

  test('a body of 1 MiB is read, and one byte more is not', async () => {
    const bytes = (length: number) => `{"name":"${'x'.repeat(length - 11)}"}`
    const sent = (length: number) =>
      venue.send('POST', '/v1/positions/balances', { token, raw: bytes(length) })
    expect((await sent(2 ** 20)).status).toBe(404)
    const large = await sent(2 ** 20 + 1)
    expect([large.status, large.body]).toEqual([
      413,
      { code: 8, message: 'request body is larger than the limit', details: [] },
    ])
  })
})
