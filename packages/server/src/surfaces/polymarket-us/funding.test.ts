import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, buildAcme, KEYS } from '../../testing/acme.js'
import { type SendOptions, signIn, startVenue, type Venue } from '../../testing/venue.js'

let venue: Venue
let acme: Acme
let token: string

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  token = await signIn(venue, 'acme-admin', KEYS)
})
afterEach(() => venue.close())

const FIRM = 'firms/api-acme-participantfirm'
const MAIN = `${FIRM}/accounts/acme-main`
const TYPE = 'LEDGER_ENTRY_TYPE_BALANCE_'

const get = (path: string, options: SendOptions = {}) => venue.send('GET', path, { token, ...options })
const post = (path: string, json: unknown, options: SendOptions = {}) =>
  venue.send('POST', path, { token, json, ...options })
const ledger = (query: string) => get(`/v1/funding/balance-ledger?account=${MAIN}${query}`)

async function deposit(amount: string): Promise<number> {
  const { status, body } = await post('/v1/aeropay/deposits', {
    accountId: MAIN,
    amount,
    currency: 'USD',
    description: 'wire',
  })
  expect([status, body.transaction?.transactionState]).toEqual([200, 'TRANSACTION_STATE_PENDING'])
  const id = Number(body.transaction.transactionId)
  await venue.run('deposits.complete', { deposit: id })
  return id
}

describe('deposits and withdrawals', () => {
  test('a deposit is pending until it is settled, and then in balance, transactions and ledger', async () => {
    const id = await deposit('100.00')
    const balance = await post('/v1/positions/balance', { name: MAIN, currency: 'USD' })
    expect(balance.body).toMatchObject({ balance: '100.00', buyingPower: '100.00' })
    const { body } = await get(`/v1/funding/transactions?accountId=${MAIN}`)
    expect(body).toMatchObject({ nextPageToken: '', eof: true })
    expect(body.transactions).toEqual([
      {
        transactionId: String(id),
        fundingTransactionId: String(id),
        amount: '100.00',
        currency: 'USD',
        description: 'wire',
        ledgerEntryType: `${TYPE}DEPOSIT`,
        transactionType: 'TRANSACTION_TYPE_DEPOSIT',
        transactionState: 'TRANSACTION_STATE_COMPLETED',
        transactTime: '2026-01-05T15:00:00.000000Z',
        accountId: MAIN,
        fundingSourceId: '',
        fundingSourceType: '',
        beforeBalance: '0.00',
        afterBalance: '100.00',
      },
    ])
    expect((await ledger('')).body.entries).toEqual([
      {
        id: expect.stringMatching(/^bl_\d+_\d+$/),
        account: MAIN,
        currency: 'USD',
        beforeBalance: '0.00',
        afterBalance: '100.00',
        description: 'wire',
        updateTime: '2026-01-05T15:00:00.000000Z',
        modifiedSecurityId: '',
        entryType: `${TYPE}DEPOSIT`,
        symbol: '',
        updateBusinessDate: '2026-01-05',
      },
    ])
  })

  test('a withdrawal is held while it is pending, and is refused beyond what is available', async () => {
    await deposit('100.00')
    const { status, body } = await post('/v1/funding/withdrawals', {
      accountId: MAIN,
      amount: { value: '60.00', currency: 'USD' },
    })
    expect([status, body.transaction.transactionType]).toEqual([200, 'TRANSACTION_TYPE_WITHDRAWAL'])
    const balance = await post('/v1/positions/balance', { name: MAIN, currency: 'USD' })
    expect(balance.body).toMatchObject({ balance: '100.00', buyingPower: '40.00' })
    const beyond = await post('/v1/funding/withdrawals', { account_id: MAIN, amount: '40.01' })
    expect([beyond.status, beyond.body.code]).toEqual([400, 9])
    await venue.run('withdrawals.reject', { withdrawal: Number(body.transaction.transactionId), cause: 'no' })
    const types = (await ledger('')).body.entries.map((entry: { entryType: string }) => entry.entryType)
    expect(types).toEqual([
      `${TYPE}DEPOSIT`,
      `${TYPE}PENDING_WITHDRAWAL_CREATION`,
      `${TYPE}WITHDRAWAL_REJECTION`,
    ])
  })

  test('an idempotency key answers the same again, and refuses another body', async () => {
    const body = { accountId: MAIN, amount: '5.00', idempotencyKey: 'once' }
    const first = await post('/v1/checkout/deposits', body)
    const again = await post('/v1/checkout/deposits', body)
    expect(again.body.transaction.transactionId).toBe(first.body.transaction.transactionId)
    const changed = await post('/v1/checkout/deposits', { ...body, amount: '6.00' })
    expect([changed.status, changed.body.code]).toEqual([409, 6])
  })

  test.each<[string, object]>([
    ['no account', { amount: '1.00' }],
    ['no amount', { accountId: MAIN }],
    ['a JSON number', { accountId: MAIN, amount: 1 }],
    ['a number beyond 2^53', { accountId: MAIN, amount: 2 ** 53 + 2 }],
    ['zero', { accountId: MAIN, amount: '0.00' }],
    ['less than zero', { accountId: MAIN, amount: '-1.00' }],
    ['too many digits', { accountId: MAIN, amount: '1.001' }],
    ['an exponent', { accountId: MAIN, amount: '1e2' }],
    ['beyond what an account can hold', { accountId: MAIN, amount: '9'.repeat(40) }],
    ['an unknown currency', { accountId: MAIN, amount: '1.00', currency: 'XXX' }],
    ['an unknown field', { accountId: MAIN, amount: '1.00', colour: 'red' }],
    ['a field in both spellings', { accountId: MAIN, account_id: MAIN, amount: '1.00' }],
    ['a list', []],
  ])('%s is an invalid argument', async (_what, json) => {
    for (const path of ['/v1/aeropay/deposits', '/v1/funding/withdrawals']) {
      const { status, body } = await post(path, json)
      expect([status, body.code, body.details]).toEqual([400, 3, []])
    }
  })
})

describe('the balance ledger', () => {
  test('filters by time (inclusive), type in any spelling, description and currency; newest first; in pages', async () => {
    for (const amount of ['1.00', '2.00', '3.00']) {
      await deposit(amount)
      venue.move(60)
    }
    venue.move(300)
    token = await signIn(venue, 'acme-admin', KEYS)
    const after = (query: string) =>
      ledger(query).then(({ body }) =>
        body.entries.map((entry: { afterBalance: string }) => entry.afterBalance),
      )
    expect(await after('&startTime=2026-01-05T15:01:00Z&endTime=2026-01-05T15:01:00Z')).toEqual(['3.00'])
    expect(
      await after('&entryTypes=DEPOSIT&entryTypes=LEDGER_ENTRY_TYPE_CORRECTION&newestFirst=true'),
    ).toEqual(['6.00', '3.00', '1.00'])
    venue.move(60)
    expect(await after('&entry_types=MANUAL_TRANSFER')).toEqual([])
    expect(await after('&description=WIR&currency=usd')).toHaveLength(3)
    expect(await after('&description=other')).toEqual([])
    const first = await ledger('&pageSize=2')
    expect([first.body.entries.length, first.body.eof]).toEqual([2, false])
    const second = await ledger(`&pageSize=2&pageToken=${first.body.nextPageToken}`)
    expect([second.body.entries.length, second.body.eof, second.body.nextPageToken]).toEqual([1, true, ''])
  })

  test('counts for the next business day from 17:00 in New York', async () => {
    venue.move(2 * 3600 + 4 * 3600 + 59 * 60 + 59)
    token = await signIn(venue, 'acme-admin', KEYS)
    await deposit('1.00')
    venue.move(1)
    await deposit('1.00')
    const dates = (await ledger('')).body.entries.map(
      (entry: { updateBusinessDate: string }) => entry.updateBusinessDate,
    )
    expect(dates).toEqual(['2026-01-05', '2026-01-06'])
  })

  test('downloads as CSV, with an empty body where there is nothing', async () => {
    const path = `/v1/funding/balance-ledger/download?account=${MAIN}`
    const empty = await get(path)
    expect([empty.status, empty.text]).toEqual([200, ''])
    await deposit('1.00')
    const limited = await get(path)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '12'])
    venue.move(12)
    const { text, headers } = await get(path)
    expect(headers.get('content-type')).toContain('text/csv')
    expect(text.split('\n')[0]).toBe(
      'id,account,currency,beforeBalance,afterBalance,description,updateTime,modifiedSecurityId,entryType,symbol,updateBusinessDate',
    )
    expect(text.split('\n')).toHaveLength(3)
  })

  test.each([
    ['&entryTypes=INTEREST', 409, 10],
    ['&entryTypes=LEDGER_ENTRY_TYPE_BALANCE_NETTING', 409, 10],
    ['&pageSize=1001', 400, 3],
    ['&pageSize=-1', 400, 3],
    ['&pageToken=x', 400, 3],
    ['&startTime=yesterday', 400, 3],
    [`&description=${'x'.repeat(201)}`, 400, 3],
    ['&newestFirst=maybe', 400, 3],
  ])('%s is refused', async (query, status, code) => {
    const answered = await ledger(query)
    expect([answered.status, answered.body.code]).toEqual([status, code])
  })

  test('needs an account, and shows a foreign one as an unknown one', async () => {
    expect((await get('/v1/funding/balance-ledger')).status).toBe(400)
    const foreign = await get('/v1/funding/balance-ledger?account=firms/other-firm/accounts/other-main')
    const unknown = await get('/v1/funding/balance-ledger?account=nobody')
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
  })

  test('takes five at once, and one more every two seconds', async () => {
    for (let count = 0; count < 5; count += 1) expect((await ledger('')).status).toBe(200)
    const limited = await ledger('')
    expect(limited.body).toEqual({ code: 8, message: 'rate limit exceeded', details: [] })
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2'])
    venue.move(2)
    expect((await ledger('')).status).toBe(200)
  })
})

describe('accounts', () => {
  test('an account is opened, read by its name in any form, and renamed', async () => {
    const opened = await post('/v1/accounts', { name: 'acme-second', display_name: 'Second' })
    expect(opened.body).toMatchObject({
      accountId: `${FIRM}/accounts/acme-second`,
      name: 'Second',
      status: 'Active',
    })
    const full = await get(`/v1/accounts/${FIRM}/accounts/acme-second`)
    expect(full.text).toBe((await get('/v1/accounts/acme-second')).text)
    const renamed = await venue.send('PATCH', '/v1/funding/accounts/acme-second', {
      token,
      json: { account: { aliases: { display_name: 'Renamed' } } },
    })
    expect(renamed.body.account).toMatchObject({ name: 'Renamed', accountType: 'ACCOUNT_TYPE_CLEARING' })
    const { body } = await get('/v1/funding/accounts?accountType=ACCOUNT_TYPE_CLEARING')
    expect(body.accounts.map(({ id }: { id: string }) => id)).toEqual([MAIN, `${FIRM}/accounts/acme-second`])
    expect((await get('/v1/funding/sources')).body.fundingSources).toEqual([])
    expect((await get('/v1/funding/transaction-requirements')).body.transactionRequirements).toEqual([])
    const taken = await post('/v1/accounts', { name: 'acme-second' })
    expect([taken.status, taken.body.code]).toEqual([409, 6])
  })

  test('a suspended account is shown as such and takes no money', async () => {
    await venue.run('accounts.suspend', { account: acme.main, version: null })
    expect((await get('/v1/accounts/acme-main')).body.status).toBe('Suspended')
    const refused = await post('/v1/aeropay/deposits', { accountId: MAIN, amount: '1.00' })
    expect([refused.status, refused.body.code]).toEqual([400, 9])
  })
})

describe('cash movements', () => {
  const call = (method: string, json: unknown, headers: Record<string, string> = {}) =>
    post(`/polymarket.us.cashmovement.v1.CashMovementService/${method}`, json, { headers })
  const movement = (key: string, change: object = {}) => ({
    idempotency_key: key,
    transfer: {
      reason: 'TRANSFER_REASON_DEPOSIT',
      participant_account_id: MAIN,
      amount: '10.00',
      currency: 'USD',
      external_reference: 'ref',
      ...change,
    },
  })

  beforeEach(async () => {
    const { account } = await venue.run<{ account: number }>('accounts.open', {
      party: acme.firm,
      main: null,
      name: 'acme-holding',
      displayName: 'Holding',
      type: 'fully_collateralised',
      baseCurrency: null,
      needsClearing: false,
      attributes: { fundingType: 'holding' },
    })
    const money = { account, currency: 'USD', amount: 100_000_000n, reference: null, description: null }
    await venue.run('deposits.create', { ...money, settle: true })
  })

  test('a deposit goes from the funding account to the participant, once per key, for ever', async () => {
    const { status, body } = await call('CreateCashMovement', movement('k1'))
    expect(status).toBe(200)
    expect(body.cashMovement).toMatchObject({
      workflowId: expect.stringMatching(/^csm_\d+$/),
      idempotencyKey: 'k1',
      intentType: 'transfer',
      status: 'CONFIRMED',
      amount: '10.00',
      currency: 'USD',
      sourceAccountId: `${FIRM}/accounts/acme-holding`,
      destinationAccountId: MAIN,
      reason: 'TRANSFER_REASON_DEPOSIT',
    })
    venue.move(40 * 86_400)
    token = await signIn(venue, 'acme-admin', KEYS)
    expect((await call('CreateCashMovement', movement('k1'))).body).toEqual(body)
    const changed = await call('CreateCashMovement', movement('k1', { amount: '11.00' }))
    expect([changed.status, changed.body.code]).toEqual([409, 'already_exists'])
    const { workflowId } = body.cashMovement
    expect((await call('GetCashMovement', { workflow_id: workflowId })).body).toEqual(body)
    const balance = await call('GetFundingAccountBalance', { currency: 'usd' })
    expect(balance.body).toMatchObject({
      fundingAccountId: `${FIRM}/accounts/acme-holding`,
      balance: '90.00',
      currency: 'USD',
    })
  })

  test('too little money is no error but a rejected movement', async () => {
    const { status, body } = await call('CreateCashMovement', movement('k2', { reason: 2 }))
    expect([status, body.cashMovement.status, body.cashMovement.rejectionReason]).toEqual([
      200,
      'REJECTED',
      'insufficient_available_balance',
    ])
    const again = await call('CreateCashMovement', movement('k2', { reason: 2 }))
    expect(again.body).toEqual(body)
  })

  test('vendor fees are taken once a business day', async () => {
    await call('CreateCashMovement', movement('k3'))
    const fees = { reason: 'TRANSFER_REASON_VENDOR_FEES', amount: '1.00' }
    expect((await call('CreateCashMovement', movement('f1', fees))).body.cashMovement.status).toBe(
      'CONFIRMED',
    )
    const second = await call('CreateCashMovement', movement('f2', fees))
    expect(second.status).toBeGreaterThanOrEqual(400)
    expect(second.status).toBeLessThan(500)
    expect((await call('CreateCashMovement', movement('f1', fees))).body.cashMovement.status).toBe(
      'CONFIRMED',
    )
  })

  test('errors come in the form of Connect', async () => {
    const cases: [string, unknown, Record<string, string>, number, string][] = [
      ['CreateCashMovement', movement('e1', { reason: 'TRANSFER_REASON_GIFT' }), {}, 400, 'invalid_argument'],
      [
        'CreateCashMovement',
        movement('e2', { participant_account_id: 'firms/other-firm/accounts/other-main' }),
        {},
        404,
        'not_found',
      ],
      ['CreateCashMovement', { transfer: {} }, {}, 400, 'invalid_argument'],
      ['GetCashMovement', { workflow_id: 'csm_1' }, {}, 404, 'not_found'],
      [
        'GetFundingAccountBalance',
        {},
        { 'x-participant-id': `${FIRM}/users/api-acme-admin` },
        400,
        'invalid_argument',
      ],
    ]
    for (const [method, json, headers, status, code] of cases) {
      const answered = await call(method, json, headers)
      expect([answered.status, answered.body.code]).toEqual([status, code])
    }
    venue.move(1)
    for (let count = 0; count < 5; count += 1) await call('GetFundingAccountBalance', {})
    const limited = await call('GetFundingAccountBalance', {})
    expect([limited.status, limited.body.code]).toEqual([429, 'resource_exhausted'])
    const nobody = await venue.send(
      'POST',
      '/polymarket.us.cashmovement.v1.CashMovementService/GetCashMovement',
      { json: {} },
    )
    expect([nobody.status, nobody.body.code]).toEqual([401, 'unauthenticated'])
  })
})
