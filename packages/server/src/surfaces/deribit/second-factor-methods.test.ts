/**
 * Every method that a second factor protects (section 9.3), over HTTP and over a socket: each way to be wrong has its
 * reason and does nothing, five of them lock, and the right answer runs the very same call.
 */
import { MINUTE, SECOND } from '@stemma/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newCodeSecret } from '../../auth/factors/index.js'
import { ManualClock } from '../../host/clock.js'
import { oneTimeCode } from '../../testing/authenticator.js'
import { hashesWithout } from '../../testing/book-state.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'
import { START } from '../../testing/venue.js'
import { METHODS } from './methods.js'

/** What is kept of answers themselves: codes that were used, failures in a row, challenges that were answered. */
const OF_FACTORS = ['factors', 'factorFailures', 'assertions']

const clock = new ManualClock(START)
let desk: CryptoDesk
/** Two more users of the same account: one without a factor, one with a factor of its own. */
let unprotected: Manager
let another: Manager & { readonly secret: string }
/** A key of the account, to be changed. */
let key: number
const sockets: RpcSocket[] = []

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  unprotected = await newManager(desk, 'unprotected')
  const manager = await newManager(desk, 'another')
  another = { ...manager, secret: await newCodes(manager) }
  const making = { max_scope: 'account:read', name: 'kept' }
  key = (await desk.call('private/create_api_key', making, unprotected)).body.result.id
})
// No code of the test before counts any more, and pools fill again.
beforeEach(() => clock.advance(3 * MINUTE))
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()))
})
afterAll(() => desk.close())

async function newCodes({ user, party }: Manager): Promise<string> {
  const { host, services } = desk.server
  const run = async <Result>(command: string, input: object): Promise<Result> => {
    const outcome = await host.execute({ command, actor: { kind: 'system' }, input: input as never })
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.detail)
    return outcome.result as Result
  }
  const secret = newCodeSecret()
  const { factor } = await run<{ factor: number }>('factors.begin', {
    user,
    kind: 'totp',
    name: 'other phone',
    assignments: ['login', 'account', 'wallet', 'admin'],
    sealedSecret: await services.sealing.seal(party, secret),
    registrationChallenge: null,
    isProven: false,
  })
  await run('factors.confirm', { factor, proof: { step: 0 } })
  return secret
}

type Params = Readonly<Record<string, unknown>>
interface Row {
  /** A call that succeeds with the right answer, now. */
  params(): Params | Promise<Params>
  /** What makes another call of it. */
  other(): Params
}

let made = 0
const sub = (): number => (desk.subaccounts[0] as Key).accountId
const asUnprotected = (method: string, params: Params) => desk.call(method, params, unprotected)
const address = () => {
  made += 1
  return { currency: 'ETH', type: 'withdrawal', address: `eth-${made}` }
}

const ROWS: Readonly<Record<string, Row>> = {
  list_api_keys: { params: () => ({}), other: () => ({ note: 'another' }) },
  create_api_key: { params: () => ({ max_scope: 'account:read' }), other: () => ({ name: 'other' }) },
  edit_api_key: {
    params: () => ({ id: key, max_scope: 'account:read', name: 'edited' }),
    other: () => ({ enabled: false }),
  },
  change_scope_in_api_key: {
    params: () => ({ id: key, max_scope: 'trade:read' }),
    other: () => ({ max_scope: 'wallet:read' }),
  },
  disable_api_key: {
    params: async () => {
      await asUnprotected('private/enable_api_key', { id: key })
      return { id: key }
    },
    other: () => ({ id: 99 }),
  },
  set_email_for_subaccount: {
    params: () => ({ sid: sub(), email: 'desk@kestrel.example' }),
    other: () => ({ email: 'thief@kestrel.example' }),
  },
  toggle_subaccount_login: {
    params: () => ({ sid: sub(), state: 'enable' }),
    other: () => ({ state: 'disable' }),
  },
  toggle_notifications_from_subaccount: {
    params: () => ({ sid: sub(), state: true }),
    other: () => ({ state: false }),
  },
  remove_subaccount: {
    params: async () => {
      const { body } = await desk.call('private/create_subaccount')
      return { subaccount_id: body.result.id }
    },
    other: () => ({ subaccount_id: sub() }),
  },
  set_disabled_trading_products: {
    params: () => ({ user_id: sub(), trading_products: ['options'] }),
    other: () => ({ trading_products: [] }),
  },
  submit_transfer_to_user: {
    params: () => ({ currency: 'BTC', amount: 0.01, destination: 'meridian-main' }),
    other: () => ({ amount: 1 }),
  },
  withdraw: {
    params: () => ({ currency: 'BTC', amount: 0.01, address: 'demo-cold-wallet' }),
    other: () => ({ amount: 1 }),
  },
  add_to_address_book: { params: address, other: () => ({ address: 'of-a-thief' }) },
  remove_from_address_book: {
    params: async () => {
      const entry = address()
      await asUnprotected('private/add_to_address_book', entry)
      return entry
    },
    other: () => ({ address: 'demo-cold-wallet' }),
  },
}
/** They never run without a factor; the others do, where the user has none. */
const REFUSED = [
  'set_email_for_subaccount',
  'toggle_subaccount_login',
  'toggle_notifications_from_subaccount',
  'remove_subaccount',
]

test('every protected method is tried', () => {
  const named = [...METHODS.values()].filter(
    (method) => method.kind === 'private' && method.protection !== undefined,
  )
  expect(
    Object.keys(ROWS)
      .map((name) => `private/${name}`)
      .sort(),
  ).toEqual(named.map(({ name }) => name).sort())
})

/** What was due by now is done, a step with each request. */
async function settled(): Promise<void> {
  const { image } = desk.server.engine
  for (let before = -1; before !== image.head.sequence; ) {
    before = image.head.sequence
    desk.server.host.tick()
    await desk.call('public/status', {}, null)
  }
}

type Frame = Awaited<ReturnType<RpcSocket['call']>>
type Ask = (method: string, params: Params) => Promise<Frame>

const TRANSPORTS: Readonly<Record<string, () => Promise<Ask>>> = {
  'over HTTP': async () => async (method, params) => (await desk.call(method, params)).body,
  'over a socket': async () => {
    const socket = await openRpcSocket(desk.url)
    sockets.push(socket)
    const { clientId: client_id, clientSecret: client_secret } = desk.main
    await socket.call('public/auth', { grant_type: 'client_credentials', client_id, client_secret })
    return socket.call
  },
}

const codeAt = (steps: number): string => oneTimeCode(desk.totpSecret, clock.now() + steps * 30 * SECOND)
const code = (): string => codeAt(0)
/** Six digits that are of no step anywhere near. */
function wrongCode(): string {
  const near = [-3, -2, -1, 0, 1, 2, 3].map(codeAt)
  let digits = 0
  while (near.includes(String(digits).padStart(6, '0'))) digits += 1
  return String(digits).padStart(6, '0')
}
/** The other user's, at a time at which it is none of the main account's owner. */
function foreignCode(): string {
  while ([-2, -1, 0, 1, 2].map(codeAt).includes(oneTimeCode(another.secret, clock.now())))
    clock.advance(30 * SECOND)
  return oneTimeCode(another.secret, clock.now())
}

describe.each(Object.entries(TRANSPORTS))('%s', (_transport, open) => {
  describe.each(Object.entries(ROWS))('%s', (name, row) => {
    const method = `private/${name}`
    let ask: Ask
    let params: Params
    beforeEach(async () => {
      ask = await open()
      params = await row.params()
    })

    const challengeOf = async (of: string, given: Params): Promise<string> =>
      (await ask(of, given)).error.data.challenge
    /** The number and the reason; and nothing that there is but answers to factors was changed. */
    async function faultOf(more: Params): Promise<readonly [number, string]> {
      await settled()
      const { engine } = desk.server
      const before = hashesWithout(engine, OF_FACTORS)
      const { error } = await ask(method, { ...params, ...more })
      expect(hashesWithout(engine, OF_FACTORS)).toEqual(before)
      return [error?.code, error?.data?.reason ?? error?.data?.wait]
    }

    test('each way to be wrong has its reason, and does nothing', async () => {
      const told = async (more: Params) => {
        const [number, reason] = await faultOf(more)
        expect(number).toBe(13668)
        return reason
      }
      expect(await told({})).toBe('tfa_code_is_required')
      expect(await told({ authorization_data: '' })).toBe('tfa_code_is_required')
      expect(await told({ authorization_data: wrongCode() })).toBe('tfa_code_not_matched')
      expect(await told({ authorization_data: codeAt(-2) }), 'a late code').toBe('tfa_code_not_matched')
      const answered = await challengeOf(method, params)
      const wrongly = { authorization_data: wrongCode(), challenge: answered }
      expect(await told(wrongly)).toBe('tfa_code_not_matched')
      const again = { authorization_data: code(), challenge: answered }
      expect(await told(again), 'a challenge that was answered').toBe('challenge_timeout')
      const used = code()
      expect((await ask('private/list_api_keys', { authorization_data: used })).result).toBeInstanceOf(Array)
      expect(await told({ authorization_data: used })).toBe('used_tfa_code')
      clock.advance(30 * SECOND)
      expect(await told({ authorization_data: foreignCode() }), 'another user’s code').toBe(
        'tfa_code_not_matched',
      )

      const late = await challengeOf(method, params)
      clock.advance(MINUTE)
      const elsewhere = name === 'list_api_keys' ? 'private/toggle_subaccount_login' : 'private/list_api_keys'
      const challenges: Readonly<Record<string, string>> = {
        late,
        'of another method': await challengeOf(elsewhere, { sid: sub(), state: 'enable' }),
        'of other parameters': await challengeOf(method, { ...params, ...row.other() }),
        'of another user': (await desk.call(method, params, another)).body.error.data.challenge,
        'of nobody': Buffer.alloc(32, 1).toString('base64'),
      }
      for (const [which, challenge] of Object.entries(challenges))
        expect([which, await told({ authorization_data: code(), challenge })]).toEqual([
          which,
          'challenge_timeout',
        ])
      // None of them used the code up, and a right one ends the count of wrong ones.
      expect((await ask('private/list_api_keys', { authorization_data: code() })).result).toBeInstanceOf(
        Array,
      )
    })

    test('five wrong ones lock it, the right one too, and behind that the right one runs it', async () => {
      for (let failure = 1; failure <= 5; failure += 1)
        expect(await faultOf({ authorization_data: wrongCode() })).toEqual([13668, 'tfa_code_not_matched'])
      expect(await faultOf({ authorization_data: code() })).toEqual([12998, 60])
      clock.advance(20 * SECOND)
      expect(await faultOf({})).toEqual([12998, 40])
      clock.advance(40 * SECOND)
      const challenge = await challengeOf(method, params)
      const { error, result } = await ask(method, { ...params, authorization_data: code(), challenge })
      expect(error).toBeUndefined()
      expect(result).toBeDefined()
    })
  })
})

test.each(Object.entries(ROWS))('without a factor: %s', async (name, row) => {
  const { engine } = desk.server
  const params = await row.params()
  await settled()
  const before = hashesWithout(engine, [])
  const { body } = await asUnprotected(`private/${name}`, params)
  if (!REFUSED.includes(name)) return expect(body.error).toBeUndefined()
  expect(body.error).toEqual({ code: 13904, message: 'security_key_setup_required' })
  return expect(hashesWithout(engine, [])).toEqual(before)
})

test.each([
  ['withdraw', { currency: 'BTC', amount: 0.1 }, 'address'],
  ['withdraw', { currency: 'BTC', amount: 0.1, address: 'x', priority: 'soon' }, 'priority'],
  ['submit_transfer_to_user', { currency: 'BTC', destination: 'x' }, 'amount'],
  ['add_to_address_book', { currency: 'BTC', type: 'withdrawal' }, 'address'],
  ['remove_from_address_book', { currency: 'BTC', address: 'x' }, 'type'],
])(
  'what is wrong with the parameters of %s is told before a factor is asked for',
  async (name, params, param) => {
    expect((await desk.call(`private/${name}`, params)).body.error).toMatchObject({
      code: -32602,
      data: { param },
    })
  },
)
