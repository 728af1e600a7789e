import { once } from 'node:events'
import { connect } from 'node:http2'
import { createConnection } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, buildAcme, KEYS, OTHER_KEYS } from '../../../testing/acme.js'
import { type GrpcClient, grpcClient } from '../../../testing/grpc-client.js'
import { signIn, startVenue, type Venue } from '../../../testing/venue.js'

let venue: Venue
let acme: Acme
let client: GrpcClient
let token: string

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  client = grpcClient(venue)
  token = await signIn(venue, 'acme-admin', KEYS)
})
afterEach(async () => {
  client.close()
  await venue.close()
})

const FIRM = 'firms/api-acme-participantfirm'
const MAIN = `${FIRM}/accounts/acme-main`
const ACCOUNTS = 'polymarket.v1.AccountsAPI'
const FUNDING = 'polymarket.v1.FundingAPI'
const CASH = 'polymarket.us.cashmovement.v1.CashMovementService'
const OK = 0
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const ABORTED = 10
const UNAUTHENTICATED = 16

const deposit = async (amount: string): Promise<void> => {
  const json = { accountId: MAIN, amount, description: 'wire' }
  const { body } = await venue.send('POST', '/v1/aeropay/deposits', { token, json })
  await venue.run('deposits.complete', { deposit: Number(body.transaction.transactionId) })
}

describe('who asks', () => {
  test('nobody: only health answers, within its limit per address', async () => {
    expect((await client.ask('polymarket.v1.HealthAPI/Check')).message).toEqual({ status: 'SERVING' })
    for (let count = 1; count < 20; count += 1) await client.ask('polymarket.v1.HealthAPI/Check')
    expect((await client.ask('polymarket.v1.HealthAPI/Check')).code).toBe(RESOURCE_EXHAUSTED)
    const { code, details } = await client.ask(`${ACCOUNTS}/GetWhoAmI`)
    expect([code, details]).toEqual([UNAUTHENTICATED, 'unauthenticated: missing or invalid access token'])
    expect((await client.ask(`${ACCOUNTS}/GetWhoAmI`, {}, { token: 'nonsense' })).code).toBe(UNAUTHENTICATED)
  })

  test('a token, as itself and as a user that it can be', async () => {
    const { message } = await client.ask(`${ACCOUNTS}/GetWhoAmI`, {}, { token })
    expect(message).toEqual({
      user: `${FIRM}/users/api-acme-admin`,
      user_display_name: 'User api-acme-admin',
      firm: FIRM,
      firm_display_name: 'Acme Capital LLC',
      audience: venue.url,
      firm_type: 'FIRM_TYPE_PARTICIPANT',
      firm_id: 'api-acme-participantfirm',
      firm_name: 'Acme Capital LLC',
      entitlements: expect.arrayContaining(['read:positions', 'read:funding']),
      permissions: message.entitlements,
      legal_entities: [
        { id: 'api-acme-participantfirm', name: 'Acme Capital LLC', type: 'FIRM_TYPE_PARTICIPANT' },
        { id: 'api-acme-clearingmember', name: 'Acme Clearing', type: 'FIRM_TYPE_CLEARING_MEMBER' },
        { id: 'operator', name: 'Operator', type: 'FIRM_TYPE_CLEARING_HOUSE' },
      ],
    })
    await addClient(venue, { party: acme.firm }, 'acme-firm', KEYS)
    const firmToken = await signIn(venue, 'acme-firm', KEYS)
    const participant = `${FIRM}/users/api-acme-trading`
    const acting = await client.ask(`${ACCOUNTS}/GetWhoAmI`, {}, { token: firmToken, participant })
    expect(acting.message.user).toBe(participant)
  })

  test.each(['firms/other-firm/users/other-trading', 'firms/nobody/users/x', 'nonsense'])(
    'as %s it is cross-firm',
    async (participant) => {
      const { code, details } = await client.ask(`${ACCOUNTS}/ListUsers`, {}, { token, participant })
      expect([code, details]).toEqual([PERMISSION_DENIED, 'permission denied: cross-firm participant id'])
    },
  )

  test('without the scope it is told which', async () => {
    const trading = await signIn(venue, 'acme-trading', KEYS)
    const { code, details } = await client.ask(`${FUNDING}/ListFundingAccounts`, {}, { token: trading })
    expect(code).toBe(PERMISSION_DENIED)
    expect(details).toBe('permission denied: missing required scope read:funding')
  })

  test('the users and the accounts that the REST lists', async () => {
    const users = await client.ask(`${ACCOUNTS}/ListUsers`, {}, { token })
    const rest = await venue.send('GET', '/v1/users', { token })
    expect(users.message).toEqual({
      users: rest.body.users,
      display_names: rest.body.displayNames,
      firms: rest.body.firms,
      firms_display_names: rest.body.firmsDisplayNames,
    })
    const user = `${FIRM}/users/api-acme-admin`
    const accounts = await client.ask(`${ACCOUNTS}/ListAccounts`, { user }, { token })
    expect([accounts.code, accounts.details]).toEqual([OK, ''])
    expect(accounts.message).toEqual({ accounts: [MAIN], display_names: ['Acme Main'] })
  })
})

describe('funding', () => {
  test('accounts, sources and requirements', async () => {
    const accounts = await client.ask(
      `${FUNDING}/ListFundingAccounts`,
      { account_type: 'ACCOUNT_TYPE_CLEARING' },
      { token },
    )
    expect(accounts.message).toMatchObject({
      accounts: [
        { id: MAIN, name: 'Acme Main', account_type: 'ACCOUNT_TYPE_CLEARING', risk_account_id: MAIN },
      ],
      eof: true,
    })
    expect(accounts.message.accounts[0].creation_time).toEqual({ seconds: '1767625200', nanos: 0 })
    const sources = await client.ask(`${FUNDING}/ListFundingSources`, {}, { token })
    expect(sources.message).toEqual({ funding_sources: [], next_page_token: '', eof: true })
    const requirements = await client.ask(`${FUNDING}/ListTransactionRequirements`, {}, { token })
    expect(requirements.message).toMatchObject({ transaction_requirements: [], eof: true })
  })

  test('transactions, filtered by what no JSON says: a value of zero', async () => {
    await deposit('25.00')
    const asked = (state: string) =>
      client.ask(
        `${FUNDING}/ListFundingTransactions`,
        { account_id: MAIN, transaction_states: [state], transaction_types: ['TRANSACTION_TYPE_DEPOSIT'] },
        { token },
      )
    expect((await asked('TRANSACTION_STATE_PENDING')).message.transactions).toEqual([])
    expect((await asked('TRANSACTION_STATE_COMPLETED')).message.transactions).toEqual([
      {
        transaction_id: expect.stringMatching(/^\d+$/),
        funding_transaction_id: expect.stringMatching(/^\d+$/),
        amount: '25.00',
        currency: 'USD',
        description: 'wire',
        ledger_entry_type: 'LEDGER_ENTRY_TYPE_BALANCE_DEPOSIT',
        transaction_type: 'TRANSACTION_TYPE_DEPOSIT',
        transaction_state: 'TRANSACTION_STATE_COMPLETED',
        transact_time: { seconds: '1767625200', nanos: 0 },
        account_id: MAIN,
        funding_source_id: '',
        funding_source_type: 'FUNDING_SOURCE_TYPE_UNDEFINED',
        before_balance: '0.00',
        after_balance: '25.00',
      },
    ])
  })

  test('the balance ledger in pages, and what it refuses', async () => {
    await deposit('1.00')
    await deposit('2.00')
    const ask = (message: object) => client.ask(`${FUNDING}/GetAccountBalanceLedger`, message, { token })
    const first = await ask({ account: MAIN, page_size: 1 })
    expect(first.message.entries.map((entry: { after_balance: string }) => entry.after_balance)).toEqual([
      '1.00',
    ])
    expect(first.message.eof).toBe(false)
    const second = await ask({ account: MAIN, page_size: 1, page_token: first.message.next_page_token })
    expect(second.message).toMatchObject({
      entries: [{ before_balance: '1.00', after_balance: '3.00' }],
      eof: true,
    })
    expect((await ask({})).code).toBe(INVALID_ARGUMENT)
    expect((await ask({ account: MAIN, page_size: 1001 })).code).toBe(INVALID_ARGUMENT)
    const suppressed = await ask({ account: MAIN, entry_types: ['LEDGER_ENTRY_TYPE_BALANCE_NETTING'] })
    expect(suppressed.code).toBe(ABORTED)
    // The burst of five is spent, over all doors together.
    expect((await ask({ account: MAIN })).code).toBe(RESOURCE_EXHAUSTED)
    const rest = await venue.send('GET', `/v1/funding/balance-ledger?account=${MAIN}`, { token })
    expect(rest.status).toBe(429)
  })

  test("another firm's account reads like one that nobody has", async () => {
    const ask = (account: string) => client.ask(`${FUNDING}/GetAccountBalanceLedger`, { account }, { token })
    const foreign = await ask('firms/other-firm/accounts/other-main')
    const unknown = await ask('firms/other-firm/accounts/nothing')
    expect([foreign.code, foreign.details]).toEqual([NOT_FOUND, 'account not found'])
    expect([unknown.code, unknown.details]).toEqual([foreign.code, foreign.details])
  })
})

describe('cash movements', () => {
  beforeEach(async () => {
    await venue.run('accounts.open', {
      party: acme.firm,
      main: null,
      name: 'acme-funding',
      displayName: 'Acme Funding',
      type: 'fully_collateralised',
      baseCurrency: null,
      needsClearing: false,
      attributes: { fundingType: 'holding' },
    })
    const json = { accountId: `${FIRM}/accounts/acme-funding`, amount: '500.00' }
    const { body } = await venue.send('POST', '/v1/aeropay/deposits', { token, json })
    await venue.run('deposits.complete', { deposit: Number(body.transaction.transactionId) })
  })

  const transfer = (amount: string) => ({
    idempotency_key: 'once',
    transfer: {
      reason: 'TRANSFER_REASON_DEPOSIT',
      participant_account_id: MAIN,
      amount,
      currency: 'USD',
      external_reference: 'ref-1',
    },
  })

  test('are the same movement over gRPC and over Connect', async () => {
    const made = await client.ask(`${CASH}/CreateCashMovement`, transfer('120.00'), { token })
    expect(made.code).toBe(OK)
    const { cash_movement: movement } = made.message
    expect(movement).toMatchObject({
      workflow_id: expect.stringMatching(/^csm_\d+$/),
      idempotency_key: 'once',
      intent_type: 'transfer',
      status: 'CONFIRMED',
      amount: '120.00',
      source_account_id: `${FIRM}/accounts/acme-funding`,
      destination_account_id: MAIN,
      reason: 'TRANSFER_REASON_DEPOSIT',
      created_at: { seconds: '1767625200', nanos: 0 },
    })
    const again = await client.ask(`${CASH}/CreateCashMovement`, transfer('120.00'), { token })
    expect(again.message).toEqual(made.message)
    const other = await client.ask(`${CASH}/CreateCashMovement`, transfer('121.00'), { token })
    expect(other.code).toBe(6)
    const workflow = { workflow_id: movement.workflow_id }
    expect((await client.ask(`${CASH}/GetCashMovement`, workflow, { token })).message).toEqual(made.message)
    const connect = await venue.send('POST', `/${CASH}/GetCashMovement`, { token, json: workflow })
    expect(connect.body.cashMovement).toMatchObject({ workflowId: movement.workflow_id, status: 'CONFIRMED' })
  })

  test('the balance of the funding account, and five calls a second over both doors', async () => {
    const { message } = await client.ask(`${CASH}/GetFundingAccountBalance`, { currency: 'usd' }, { token })
    expect(message).toMatchObject({ balance: '500.00', currency: 'USD' })
    for (let count = 1; count < 5; count += 1)
      expect((await client.ask(`${CASH}/GetFundingAccountBalance`, {}, { token })).code).toBe(OK)
    const limited = await client.ask(`${CASH}/CreateCashMovement`, transfer('1.00'), { token })
    expect([limited.code, limited.details]).toEqual([RESOURCE_EXHAUSTED, 'rate limit exceeded'])
    expect(limited.metadata.get('retry-after')).toEqual(['1'])
    venue.move(1)
    expect((await client.ask(`${CASH}/CreateCashMovement`, transfer('1.00'), { token })).code).toBe(OK)
  })

  test.each<[string, object, number]>([
    [
      'no reason',
      { ...transfer('1.00'), transfer: { ...transfer('1.00').transfer, reason: 0 } },
      INVALID_ARGUMENT,
    ],
    ['no transfer', { idempotency_key: 'k' }, INVALID_ARGUMENT],
    ['no key', { ...transfer('1.00'), idempotency_key: '' }, INVALID_ARGUMENT],
  ])('%s', async (_what, message, expected) => {
    expect((await client.ask(`${CASH}/CreateCashMovement`, message, { token })).code).toBe(expected)
  })

  test('are the firm’s: a participant id is refused', async () => {
    const participant = `${FIRM}/users/api-acme-admin`
    const { code } = await client.ask(`${CASH}/GetFundingAccountBalance`, {}, { token, participant })
    expect(code).toBe(INVALID_ARGUMENT)
  })

  test('of another firm are not found', async () => {
    const made = await client.ask(`${CASH}/CreateCashMovement`, transfer('1.00'), { token })
    const user = await venue.run<{ user: number }>('users.create', {
      party: acme.foreignFirm,
      name: 'other-admin',
      displayName: 'Other Admin',
      sealedEmail: null,
      kyc: 'approved',
      roles: ['firm_administrator'],
      scopes: [],
      account: null,
    })
    await addClient(venue, user, 'other-admin', OTHER_KEYS)
    const other = await signIn(venue, 'other-admin', OTHER_KEYS)
    const workflow = { workflow_id: made.message.cash_movement.workflow_id }
    const asked = await client.ask(`${CASH}/GetCashMovement`, workflow, { token: other })
    expect([asked.code, asked.details]).toEqual([NOT_FOUND, 'cash movement not found'])
  })
})

describe('the door itself', () => {
  test('a message at its limit is read, one beyond is not', async () => {
    // Tag and three bytes of length go before the text.
    const asked = (bytes: number) =>
      client.ask(`${FUNDING}/GetAccountBalanceLedger`, { account: 'x'.repeat(bytes - 4) }, { token })
    expect((await asked(1_048_576)).code).toBe(NOT_FOUND)
    expect((await asked(1_048_577)).code).toBe(RESOURCE_EXHAUSTED)
  })

  test.each(['/polymarket.v1.AccountsAPI/Nothing', '/polymarket.v1.NoAPI/Check', '/', '/%'])(
    'the unknown method %s is unimplemented',
    async (path) => {
      const session = connect(`http://127.0.0.1:${venue.server.grpcPort}`)
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
      const [headers] = await once(stream, 'response')
      expect(headers).toMatchObject({ ':status': 200, 'grpc-status': '12', 'grpc-message': 'unknown method' })
      session.destroy()
    },
  )

  test.each<[string, object, number]>([
    ['a GET', { ':method': 'GET', 'content-type': 'application/grpc' }, 405],
    ['another type', { ':method': 'POST', 'content-type': 'application/json' }, 415],
  ])('%s', async (_what, headers, status) => {
    const session = connect(`http://127.0.0.1:${venue.server.grpcPort}`)
    session.on('error', () => {})
    const stream = session.request({ ':path': '/polymarket.v1.HealthAPI/Check', ...headers })
    stream.on('error', () => {})
    stream.end()
    const [answer] = await once(stream, 'response')
    expect(answer[':status']).toBe(status)
    session.destroy()
  })

  test('what is no HTTP/2 at all disturbs nobody', async () => {
    const socket = createConnection(venue.server.grpcPort as number, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'close')
    expect((await client.ask('polymarket.v1.HealthAPI/Check')).code).toBe(OK)
  })
})
