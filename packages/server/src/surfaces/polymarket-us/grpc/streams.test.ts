import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import { type Acme, buildAcme, KEYS, OTHER_KEYS } from '../../../testing/acme.js'
import { type GrpcClient, grpcClient, type Stream } from '../../../testing/grpc-client.js'
import { signIn, startVenue, type Venue } from '../../../testing/venue.js'

let venue: Venue
let acme: Acme
let timer: ManualTimer
let client: GrpcClient
let token: string
/** What the server follows by itself. */
let followed: number

beforeEach(async () => {
  timer = new ManualTimer()
  venue = await startVenue('sqlite', { timer })
  acme = await buildAcme(venue)
  client = grpcClient(venue)
  token = await signIn(venue, 'acme-admin', KEYS)
  followed = venue.host.hub.size
})
afterEach(async () => {
  client.close()
  await venue.close()
})

const FIRM = 'firms/api-acme-participantfirm'
const MAIN = `${FIRM}/accounts/acme-main`
const LEDGER = 'polymarket.v1.FundingAPI/CreateBalanceLedgerSubscription'
const FUNDING = 'polymarket.v1.FundingAPI/CreateFundingTransactionSubscription'
const HEARTBEAT_MS = 30_000
const T0 = 1_767_625_200

const INVALID_ARGUMENT = 3
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const ABORTED = 10
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16

const deposit = async (amount: string, account = acme.main): Promise<number> => {
  const input = { account, currency: 'USD', amount: BigInt(Number(amount) * 1_000_000), reference: 'r' }
  const { deposit } = await venue.run<{ deposit: number }>('deposits.create', {
    ...input,
    description: `wire of ${amount}`,
    settle: true,
  })
  return deposit
}
const after = ({ entries }: { entries: { after_balance: string }[] }) =>
  entries.map((entry) => entry.after_balance)
const ledger = (message: object = {}, sent: object = {}): Stream =>
  client.open(LEDGER, { account: MAIN, ...message }, { token, ...sent })
const funding = (message: object = {}): Stream => client.open(FUNDING, message, { token })
/** Open, caught up, and followed. */
async function opened(stream: Stream): Promise<Stream> {
  const first = await stream.next()
  expect(first.entries ?? first.changes).toEqual([])
  return stream
}

describe('the balance ledger', () => {
  test('without a time it begins now', async () => {
    await deposit('1')
    const stream = await opened(ledger())
    await deposit('2')
    expect(await stream.next()).toEqual({
      entries: [
        {
          id: expect.stringMatching(/^bl_\d+_\d+$/),
          account: MAIN,
          currency: 'USD',
          before_balance: '1.00',
          after_balance: '3.00',
          description: 'wire of 2',
          update_time: { seconds: String(T0), nanos: 0 },
          modified_security_id: '',
          entry_type: 'LEDGER_ENTRY_TYPE_BALANCE_DEPOSIT',
          symbol: '',
          update_business_date: '2026-01-05',
        },
      ],
    })
  })

  test('from a time it replays what happened at or after it, and then what happens', async () => {
    await deposit('1')
    venue.move(10)
    await deposit('2')
    venue.move(10)
    await deposit('4')
    const stream = ledger({ resume_time: { seconds: T0 + 10, nanos: 0 } })
    expect(after(await stream.next())).toEqual(['3.00', '7.00'])
    await opened(stream)
    await deposit('8')
    expect(after(await stream.next())).toEqual(['15.00'])
    const late = await opened(ledger({ resume_time: { seconds: T0 + 21, nanos: 0 } }))
    await deposit('16')
    expect(after(await late.next())).toEqual(['31.00'])
  })

  test('a long replay is neither cut nor repeated by what happens meanwhile', async () => {
    for (let count = 0; count < 2_300; count += 1) void deposit('1')
    await venue.host.drain()
    const stream = ledger({ resume_time: { seconds: 1, nanos: 0 } })
    const seen = [...after(await stream.next())]
    for (let count = 0; count < 200; count += 1) void deposit('1')
    while (seen.length < 2_500) seen.push(...after(await stream.next()))
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, at) => `${at + 1}.00`))
  })

  test('shows the account, the currency and the types that were asked for', async () => {
    const euros = await opened(ledger({ currency: 'EUR' }))
    const withdrawals = await opened(ledger({ entry_types: ['LEDGER_ENTRY_TYPE_BALANCE_WITHDRAWAL'] }))
    await deposit('5', acme.foreign)
    await deposit('5')
    const input = { account: acme.main, amount: 2_000_000n, reference: 'r', description: null }
    await venue.run('deposits.create', { ...input, currency: 'EUR', settle: true })
    const { withdrawal } = await venue.run<{ withdrawal: number }>('withdrawals.create', {
      ...input,
      currency: 'USD',
    })
    await venue.run('withdrawals.complete', { withdrawal })
    expect((await euros.next()).entries).toMatchObject([{ currency: 'EUR', after_balance: '2.00' }])
    expect((await withdrawals.next()).entries).toMatchObject([
      { entry_type: 'LEDGER_ENTRY_TYPE_BALANCE_WITHDRAWAL', before_balance: '5.00', after_balance: '3.00' },
    ])
  })

  test.each<[string, object, number]>([
    ['no account', { account: '' }, INVALID_ARGUMENT],
    ['an unknown currency', { currency: 'XXX' }, INVALID_ARGUMENT],
    ['a suppressed type', { entry_types: ['LEDGER_ENTRY_TYPE_BALANCE_NETTING'] }, ABORTED],
    ['a time that no calendar has', { resume_time: { seconds: '999999999999', nanos: 0 } }, INVALID_ARGUMENT],
    ["another firm's account", { account: 'firms/other-firm/accounts/other-main' }, NOT_FOUND],
  ])('%s is refused', async (_what, message, expected) => {
    expect((await ledger(message).ended).code).toBe(expected)
  })

  test('needs a token, and its scope', async () => {
    expect((await client.open(LEDGER, { account: MAIN }).ended).code).toBe(UNAUTHENTICATED)
    const dropCopy = await signIn(venue, 'acme-dropcopy', KEYS)
    const { code, details } = await client.open(FUNDING, {}, { token: dropCopy }).ended
    expect([code, details]).toEqual([
      PERMISSION_DENIED,
      'permission denied: missing required scope read:funding',
    ])
  })
})

describe('funding transactions', () => {
  test('each change with what was before it', async () => {
    const stream = await opened(funding())
    const json = { accountId: MAIN, amount: '60.00' }
    const deposited = await venue.send('POST', '/v1/aeropay/deposits', { token, json })
    const deposit = Number(deposited.body.transaction.transactionId)
    venue.move(5)
    await venue.run('deposits.acknowledge', { deposit })
    await venue.run('deposits.complete', { deposit })
    const withdrawn = await venue.send('POST', '/v1/funding/withdrawals', { token, json })
    const withdrawal = Number(withdrawn.body.transaction.transactionId)
    await venue.run('withdrawals.reject', { withdrawal, cause: 'no such bank' })
    const changes = []
    while (changes.length < 5) {
      const message = await stream.next()
      for (const { transaction, previous_state: before, change_time: time } of message.changes) {
        expect(message.server_time).toEqual(time)
        changes.push([
          transaction.transaction_type,
          before,
          transaction.transaction_state,
          Number(time.seconds) - T0,
        ])
      }
    }
    const state = (name: string) => `TRANSACTION_STATE_${name}`
    expect(changes).toEqual([
      ['TRANSACTION_TYPE_DEPOSIT', state('PENDING'), state('PENDING'), 0],
      ['TRANSACTION_TYPE_DEPOSIT', state('PENDING'), state('ACKNOWLEDGED'), 5],
      ['TRANSACTION_TYPE_DEPOSIT', state('ACKNOWLEDGED'), state('COMPLETED'), 5],
      ['TRANSACTION_TYPE_WITHDRAWAL', state('PENDING'), state('PENDING'), 5],
      ['TRANSACTION_TYPE_WITHDRAWAL', state('PENDING'), state('CANCELLED'), 5],
    ])
  })

  test('go on from the last server time, that of a heartbeat included', async () => {
    await deposit('1')
    venue.move(60)
    const stream = await opened(funding())
    venue.move(60)
    await deposit('2')
    const { server_time: time } = await stream.next()
    stream.call.cancel()
    await stream.ended
    await deposit('3')
    const again = funding({ resume_time: time })
    const caughtUp = await again.next()
    expect(caughtUp).toEqual({ changes: [], server_time: time })
    const amounts = []
    while (amounts.length < 2)
      amounts.push(
        ...(await again.next()).changes.map(
          (change: { transaction: { amount: string } }) => change.transaction.amount,
        ),
      )
    expect(amounts).toEqual(['2.00', '3.00'])
    // What was looked at and not shown needs no second look.
    venue.move(60)
    await deposit('4', acme.foreign)
    timer.advance(HEARTBEAT_MS)
    expect(await again.next()).toEqual({
      changes: [],
      server_time: { seconds: String(Number(time.seconds) + 60), nanos: 0 },
    })
  })

  test('shows the accounts and the types that were asked for', async () => {
    const input = { party: acme.firm, main: null, type: 'fully_collateralised', baseCurrency: null }
    const { account: second } = await venue.run<{ account: number }>('accounts.open', {
      ...input,
      name: 'second',
      displayName: 'Second',
      needsClearing: false,
      attributes: {},
    })
    const one = await opened(funding({ account_ids: [`${FIRM}/accounts/second`] }))
    const none = await opened(funding({ transaction_types: ['TRANSACTION_TYPE_WITHDRAWAL'] }))
    const all = await opened(funding())
    await deposit('1', acme.foreign)
    await deposit('1')
    await deposit('2', second)
    expect((await one.next()).changes).toMatchObject([
      { transaction: { account_id: `${FIRM}/accounts/second` } },
    ])
    expect((await all.next()).changes).toMatchObject([{ transaction: { account_id: MAIN } }])
    timer.advance(HEARTBEAT_MS)
    expect((await none.next()).changes).toEqual([])
    expect((await funding({ account_ids: ['firms/other-firm/accounts/other-main'] }).ended).code).toBe(
      NOT_FOUND,
    )
  })

  test('an account that comes within reach is shown from then on', async () => {
    const other = await signIn(venue, 'other-trading', OTHER_KEYS)
    const stream = await opened(client.open(FUNDING, {}, { token: other }))
    await deposit('1')
    await venue.run('bindings.create', {
      user: acme.foreignUser,
      targetKind: 'account',
      target: acme.main,
      level: 'full',
      alias: null,
      endsAt: null,
    })
    await deposit('2')
    expect((await stream.next()).changes).toMatchObject([{ transaction: { amount: '2.00' } }])
  })
})

describe('every stream', () => {
  test('sends a heartbeat when an interval passes without anything', async () => {
    const stream = await opened(ledger())
    timer.advance(HEARTBEAT_MS)
    expect(await stream.next()).toEqual({ entries: [] })
    await deposit('1')
    expect(after(await stream.next())).toEqual(['1.00'])
  })

  test('a firm has twenty, over all of its users and types; a place is free when a stream ends', async () => {
    const trading = await signIn(venue, 'acme-trading', KEYS)
    const streams: Stream[] = []
    for (let count = 0; count < 10; count += 1) streams.push(await opened(ledger()))
    for (let count = 0; count < 5; count += 1) streams.push(await opened(funding()))
    for (let count = 0; count < 5; count += 1) streams.push(await opened(ledger({}, { token: trading })))
    const beyond = await ledger().ended
    expect([beyond.code, beyond.details]).toEqual([RESOURCE_EXHAUSTED, 'a firm can have 20 streams open'])
    const other = await signIn(venue, 'other-trading', OTHER_KEYS)
    await opened(client.open(FUNDING, {}, { token: other }))
    streams[0]?.call.cancel()
    // Each question is a way there and back, on which the end of the stream travels too.
    while (venue.host.hub.size === followed + 21) await client.ask('polymarket.v1.HealthAPI/Check')
    await opened(ledger())
    expect((await ledger().ended).code).toBe(RESOURCE_EXHAUSTED)
  })

  test('outlives its token, but not the right to it', async () => {
    const stream = await opened(ledger())
    venue.move(181)
    expect((await client.open(LEDGER, { account: MAIN }, { token }).ended).code).toBe(UNAUTHENTICATED)
    await deposit('1')
    expect(after(await stream.next())).toEqual(['1.00'])
    await venue.run('credentials.revoke', { credential: acme.credentials.administrator as number })
    const { code, details } = await stream.ended
    expect([code, details]).toEqual([
      PERMISSION_DENIED,
      'permission denied: the right to this stream was taken away',
    ])
  })

  test('ends when its deadline passes', async () => {
    expect((await ledger({}, { deadline: 400 }).ended).code).toBe(DEADLINE_EXCEEDED)
  })

  test('ends as unavailable when the server stops, and none begins', async () => {
    const stream = await opened(ledger())
    await Promise.all([stream.ended, venue.server.stop()])
    expect(await stream.ended).toMatchObject({ code: UNAVAILABLE, details: 'the server is stopping' })
  })

  test('of a reader that does not read is cut when a thousand events wait, and its place is free', async () => {
    const slow = await opened(ledger())
    slow.call.pause()
    expect(venue.host.hub.size).toBe(followed + 1)
    for (let count = 0; count < 3_000; count += 1) void deposit('1')
    await venue.host.drain()
    expect(venue.host.hub.size).toBe(followed)
    slow.call.resume()
    expect((await slow.ended).code).toBe(RESOURCE_EXHAUSTED)
    for (let count = 0; count < 20; count += 1) await opened(ledger())
  })

  test('of a reader that takes nothing between two heartbeats is cut', async () => {
    const stalled = await opened(ledger())
    stalled.call.pause()
    for (let count = 0; count < 900; count += 1) void deposit('1')
    await venue.host.drain()
    expect(venue.host.hub.size).toBe(followed + 1)
    timer.advance(HEARTBEAT_MS)
    timer.advance(HEARTBEAT_MS)
    expect(venue.host.hub.size).toBe(followed)
    stalled.call.resume()
    expect((await stalled.ended).code).toBe(RESOURCE_EXHAUSTED)
  })

  test('of a reader that stalls in the middle of a replay is cut as well', async () => {
    for (let count = 0; count < 2_300; count += 1) void deposit('1')
    await venue.host.drain()
    const stalled = ledger({ resume_time: { seconds: 1, nanos: 0 } })
    stalled.call.pause()
    while (venue.host.hub.size === followed) await client.ask('polymarket.v1.HealthAPI/Check')
    // What is replayed is read of the store first: nothing stalls before it has come.
    while (venue.host.hub.size !== followed) {
      await client.ask('polymarket.v1.HealthAPI/Check')
      timer.advance(HEARTBEAT_MS)
    }
    stalled.call.resume()
    expect((await stalled.ended).code).toBe(RESOURCE_EXHAUSTED)
  })

  test('whose right is taken away in the middle of a replay ends', async () => {
    for (let count = 0; count < 2_300; count += 1) void deposit('1')
    await venue.host.drain()
    const stream = ledger({ resume_time: { seconds: 1, nanos: 0 } })
    stream.call.pause()
    while (venue.host.hub.size === followed) await client.ask('polymarket.v1.HealthAPI/Check')
    await venue.run('credentials.revoke', { credential: acme.credentials.administrator as number })
    expect(venue.host.hub.size).toBe(followed)
    stream.call.resume()
    expect((await stream.ended).code).toBe(PERMISSION_DENIED)
  })
})
