/** Every way to prove oneself and everything that does not: signatures, secrets, tokens and their scopes (section 2). */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { fromMilliseconds, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { basic, type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'

/** The moment and the secret of the sheet's own vectors. */
const TIMESTAMP = 1_767_225_600_000
const SECRET = 'secret-of-desk-7'

let clock: ManualClock
let desk: CryptoDesk
let manager: Manager

beforeAll(async () => {
  clock = new ManualClock(fromMilliseconds(TIMESTAMP))
  desk = await openCryptoDesk(clock)
  await newManager(desk, 'signer', SECRET)
  manager = await newManager(desk, 'manager')
})
// The pools of requests are full again before each.
beforeEach(() => clock.advance(10 * SECOND))
afterAll(() => desk.close())

const hmac = (...lines: readonly string[]) =>
  createHmac('sha256', SECRET).update(lines.join('\n')).digest('hex')
const milliseconds = () => Math.floor(clock.now() / 1_000)

interface Sent {
  readonly method?: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
const send = ({ method = 'GET', path, body = '', headers = {} }: Sent): Promise<any> =>
  new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    const sent = request(`${desk.url}${path}`, { method, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    })
    sent.on('error', reject)
    sent.end(body)
  })

const SUMMARY = '/api/v2/private/get_account_summary?currency=BTC'
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const isLetIn = async (token: string) =>
  (await send({ path: SUMMARY, headers: bearer(token) })).result !== undefined
const auth = async (params: object) => (await desk.call('public/auth', params, null)).body
const signIn = async (scope?: string, key: Manager = manager) => {
  const { clientId, clientSecret } = key
  const given = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  return (await auth(scope === undefined ? given : { ...given, scope })).result
}
const refresh = (refresh_token: string) => auth({ grant_type: 'refresh_token', refresh_token })
const exchange = async (refresh_token: string, more: object) =>
  (await desk.call('public/exchange_token', { refresh_token, ...more }, null)).body
const fork = async (refresh_token: string, session_name: string) =>
  (await desk.call('public/fork_token', { refresh_token, session_name }, null)).body
const accountOf = async (token: string) =>
  (await send({ path: '/api/v2/private/get_account_summaries', headers: bearer(token) })).result?.id

const UNAUTHORIZED = { code: 13009, message: 'unauthorized', data: { reason: 'invalid_token' } }
const INVALID = { code: 13004, message: 'invalid_credentials' }

describe('the vectors of the sheet prove their key to this server', () => {
  const header = (sig: string) => ({
    authorization: `deri-hmac-sha256 id=signer,ts=${TIMESTAMP},nonce=n0nce42,sig=${sig}`,
  })

  test('a client that signs', async () => {
    const signed = {
      grant_type: 'client_signature',
      client_id: 'signer',
      timestamp: TIMESTAMP,
      nonce: 'n0nce42',
      data: '',
      signature: '8cc6082ebd0f093b2a2b81274eb5e3cc15b8f59a3c4fe142e373cf8457b45715',
    }
    expect((await auth(signed)).result.token_type).toBe('bearer')
    expect((await auth(signed)).error).toEqual(INVALID)
  })

  test('a signed GET', async () => {
    const path = '/api/v2/private/get_subaccounts?with_portfolio=true'
    const headers = header('d8c25fbb695e13a1e1183ba0be6547c6e854c37abfb47141c6a4212e857601bb')
    expect((await send({ path, headers })).result).toHaveLength(4)
  })

  test('a signed POST', async () => {
    const path = '/api/v2/private/get_subaccounts'
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"private/get_subaccounts","params":{"with_portfolio":true}}'
    const headers = header('cd5c0ef861c8634b8d3089155700c0ba9bddc3548a7f07e1a11687ff7ee3b4e8')
    expect((await send({ method: 'POST', path, body, headers })).result).toHaveLength(4)
  })
})

describe('a signed request', () => {
  const PATH = '/api/v2/private/get_positions'
  const BODY = '{"jsonrpc":"2.0","id":1,"params":{"currency":"BTC"}}'
  let nonces = 0
  const signed = (more: Partial<Sent & { ts: number; nonce: string }> = {}) => {
    nonces += 1
    const { method = 'POST', path = PATH, body = BODY, ts = milliseconds(), nonce = `n${nonces}` } = more
    const sig = hmac(String(ts), nonce, method, path, body, '')
    const authorization = `deri-hmac-sha256 id=signer,ts=${ts},nonce=${nonce},sig=${sig}`
    return { method, path, body, headers: { authorization } }
  }

  test('is let in as it was signed, and once', async () => {
    const sent = signed()
    expect((await send(sent)).result).toBeInstanceOf(Array)
    expect((await send(sent)).error).toEqual(UNAUTHORIZED)
    expect(
      (await send(signed({ method: 'GET', path: `${PATH}?currency=BTC`, body: '' }))).result,
    ).toBeInstanceOf(Array)
  })

  test('is refused where its body, query, path, verb, nonce or time is another', async () => {
    const sent = signed()
    const altered = (pattern: RegExp, text: string) => ({
      ...sent,
      headers: { authorization: sent.headers.authorization.replace(pattern, text) },
    })
    const get = signed({ method: 'GET', path: `${PATH}?currency=BTC`, body: '' })
    for (const other of [
      { ...sent, body: BODY.replace('BTC', 'ETH') },
      { ...sent, path: `${PATH}?currency=ETH` },
      { ...sent, path: '/api/v2/private/get_subaccounts' },
      { ...sent, method: 'GET' },
      { ...get, path: `${PATH}?currency=ETH` },
      { ...get, path: `${PATH}?currency=%42TC` },
      { ...get, method: 'POST' },
      altered(/nonce=\w+/, 'nonce=other'),
      altered(/ts=\d+/, `ts=${milliseconds() - 1}`),
      altered(/ts=\d+/, 'ts=now'),
      altered(/id=\w+/, 'id=nobody'),
      altered(/id=signer,/, ''),
      altered(/sig=\w+/, 'sig=00'),
      altered(/sig=\w+/, 'sig='),
    ])
      expect((await send(other)).error).toEqual(UNAUTHORIZED)
    expect((await send(sent)).result).toBeInstanceOf(Array)
    expect((await send(get)).result).toBeInstanceOf(Array)
  })

  test('counts for sixty seconds, and from ten before it was made', async () => {
    const now = milliseconds()
    expect((await send(signed({ ts: now - 60_000 }))).result).toBeInstanceOf(Array)
    expect((await send(signed({ ts: now - 60_001 }))).error).toEqual(UNAUTHORIZED)
    expect((await send(signed({ ts: now + 10_000 }))).result).toBeInstanceOf(Array)
    expect((await send(signed({ ts: now + 10_001 }))).error).toEqual(UNAUTHORIZED)
  })

  test('of another secret is refused, and its failure is in the log of the account', async () => {
    // Failures beyond ten in a quarter of an hour are not written down.
    clock.advance(100 * SECOND)
    const sent = signed()
    const authorization = sent.headers.authorization.replace(/sig=\w+/, `sig=${'ab'.repeat(32)}`)
    expect((await send({ ...sent, headers: { authorization } })).error).toEqual(UNAUTHORIZED)
    const { data } = (await desk.call('private/get_access_log', {}, manager)).body.result
    expect(data[0]).toMatchObject({ result: 'failure', log: 'failure', ip: '127.0.0.1', data: 'signer' })
  })
})

describe('a client that signs in by its signature', () => {
  const signed = (more: { timestamp?: number; nonce?: string; data?: string } = {}) => {
    const { timestamp = milliseconds(), nonce = 'n', data = '' } = more
    const signature = hmac(String(timestamp), nonce, data)
    return { grant_type: 'client_signature', client_id: 'signer', timestamp, nonce, data, signature }
  }

  test('each part is signed', async () => {
    const sent = signed({ nonce: 'parts', data: 'd' })
    for (const other of [
      { nonce: 'other' },
      { data: 'other' },
      { timestamp: sent.timestamp - 1 },
      { client_id: 'nobody' },
      { signature: `${sent.signature.slice(0, -1)}x` },
    ])
      expect((await auth({ ...sent, ...other })).error).toEqual(INVALID)
    expect((await auth(sent)).result.token_type).toBe('bearer')
  })

  test('for a minute, and from ten seconds before', async () => {
    const now = milliseconds()
    expect((await auth(signed({ timestamp: now - 60_001 }))).error).toEqual(INVALID)
    expect((await auth(signed({ timestamp: now + 10_001 }))).error).toEqual(INVALID)
    expect((await auth(signed({ timestamp: now - 60_000 }))).result).toBeDefined()
    expect((await auth(signed({ timestamp: now + 10_000 }))).result).toBeDefined()
  })

  test('what is missing or malformed is named', async () => {
    const sent = signed({ nonce: 'missing' })
    for (const name of ['client_id', 'timestamp', 'signature', 'grant_type'])
      expect((await auth({ ...sent, [name]: undefined })).error).toMatchObject({
        code: -32602,
        data: { reason: 'value is required', param: name },
      })
    expect((await auth({ ...sent, timestamp: 'soon' })).error.data.param).toBe('timestamp')
    expect((await auth({ ...sent, grant_type: 'password' })).error.data.param).toBe('grant_type')
    expect((await auth({ ...sent, nonce: 'x'.repeat(257) })).error.data.param).toBe('nonce')
    // Without a nonce it is signed with an empty one.
    const { nonce: _nonce, ...rest } = signed({ nonce: '' })
    expect((await auth(rest)).result.token_type).toBe('bearer')
  })
})

test('a JSON-RPC body on a GET counts as one on a POST, up to its limit', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 8, params: { currency: 'BTC' } })
  const asked = { path: '/api/v2/private/get_account_summary', headers: basic(manager) }
  expect(await send({ ...asked, body })).toMatchObject({ id: 8, result: { currency: 'BTC' } })
  expect((await send({ ...asked, body: '{' })).error.code).toBe(-32700)
  expect((await send({ ...asked, body: 'x'.repeat(32 * 1024 + 1) })).error.code).toBe(-32600)
})

test('wrong secrets: at the door and with a request', async () => {
  const wrong = { ...manager, clientSecret: 'f'.repeat(64) }
  expect(
    (await auth({ grant_type: 'client_credentials', client_id: 'signer', client_secret: 'x' })).error,
  ).toEqual(INVALID)
  expect((await send({ path: SUMMARY, headers: basic(wrong) })).error).toEqual(UNAUTHORIZED)
  for (const authorization of [
    '',
    'Bearer',
    'Bearer x.y.z',
    'Basic !',
    'Digest x',
    'deri-hmac-sha256',
    'deri-hmac-sha256 id=signer',
  ])
    expect((await send({ path: SUMMARY, headers: { authorization } })).error).toEqual(UNAUTHORIZED)
})

describe('scopes', () => {
  test('what was granted is read back, never more than the key has', async () => {
    const granted = async (scope: string) => (await signIn(scope)).scope
    expect(await granted('account:read trade:none wallet:read_write nonsense block_trade:read')).toBe(
      'account:read wallet:read_write connection mainaccount',
    )
    expect(await granted('trade:read_write session:one mainaccount')).toBe(
      'trade:read_write session:one mainaccount',
    )
    expect(await granted('account:none')).toBe('connection mainaccount')
    expect(await granted('session:no/name')).toContain('connection')
  })

  test('a life in seconds is kept to the second, up to a year', async () => {
    const short = await signIn('expires:30')
    expect(short.expires_in).toBe(30)
    expect((await signIn('expires:99999999')).expires_in).toBe(31_536_000)
    expect((await signIn('expires:0')).expires_in).toBe(900)
    expect(await isLetIn(short.access_token)).toBe(true)
    clock.advance(30 * SECOND)
    expect(await isLetIn(short.access_token)).toBe(false)
    expect((await refresh(short.refresh_token)).result.expires_in).toBe(900)
  })

  test('an address is checked with every request', async () => {
    expect(await isLetIn((await signIn('ip:203.0.113.8')).access_token)).toBe(false)
    for (const scope of ['ip:127.0.0.1', 'ip:*'])
      expect(await isLetIn((await signIn(scope)).access_token)).toBe(true)
    const foreign = await signIn('ip:203.0.113.8')
    expect((await refresh(foreign.refresh_token)).error).toEqual(UNAUTHORIZED)
  })
})

describe('the exchange of tokens', () => {
  const sub = () => desk.subaccounts[0]?.accountId as number

  test('by either name of the subject; without a session what was given ends', async () => {
    for (const name of ['subject_id', 'subaccount_id']) {
      const before = await signIn()
      const { result } = await exchange(before.refresh_token, { [name]: sub() })
      expect(await accountOf(result.access_token)).toBe(sub())
      expect(await isLetIn(before.access_token)).toBe(false)
      expect((await exchange(before.refresh_token, { [name]: sub() })).error).toEqual(UNAUTHORIZED)
    }
  })

  test('in a session what was given stays', async () => {
    const before = await signIn('session:kept')
    const { result } = await exchange(before.refresh_token, { subject_id: sub() })
    expect(result.sid).toBe(before.sid)
    expect(await accountOf(result.access_token)).toBe(sub())
    expect(await accountOf(before.access_token)).toBe(desk.main.accountId)
  })

  test('with a scope nothing of the main account is left, and nobody exchanges on', async () => {
    const narrow = async (subject_id: number) =>
      (await exchange((await signIn()).refresh_token, { subject_id, scope: 'account:read_write trade:read' }))
        .result
    const asMain = await narrow(desk.main.accountId)
    expect(asMain.scope).toBe('account:read_write trade:read connection')
    expect(await accountOf(asMain.access_token)).toBe(desk.main.accountId)
    const of = { path: '/api/v2/private/create_subaccount', headers: bearer(asMain.access_token) }
    expect((await send(of)).error.code).toBe(13012)
    const again = (await refresh(asMain.refresh_token)).result
    expect(again.scope).not.toContain('mainaccount')
    for (const token of [again, await narrow(sub())])
      expect((await exchange(token.refresh_token, { subject_id: desk.main.accountId })).error.code).toBe(
        13012,
      )
  })

  test('a scope narrows what is held and never adds to it', async () => {
    const before = await signIn('trade:read')
    const more = { subject_id: sub(), scope: 'trade:read_write wallet:read_write' }
    expect((await exchange(before.refresh_token, more)).result.scope).toBe('trade:read connection')
  })

  test('unknown, foreign and malformed subjects', async () => {
    const { refresh_token } = await signIn()
    const reason = async (more: object) => (await exchange(refresh_token, more)).error.data
    expect(await reason({})).toEqual({ reason: 'value is required', param: 'subject_id' })
    expect(await reason({ subject_id: 'x' })).toEqual({
      reason: 'invalid_subaccount_id',
      param: 'subject_id',
    })
    expect(await reason({ subaccount_id: 999_999 })).toEqual({
      reason: 'subaccount_not_found',
      param: 'subaccount_id',
    })
    expect((await exchange('nonsense', { subject_id: sub() })).error).toEqual(UNAUTHORIZED)
    expect((await desk.call('public/exchange_token', {}, null)).body.error.data.param).toBe('refresh_token')
  })
})

describe('sessions', () => {
  test('a refresh goes on with it under the same id, and the token before is gone', async () => {
    const before = await signIn('session:desk')
    const { result } = await refresh(before.refresh_token)
    expect([result.sid, result.scope]).toEqual([before.sid, before.scope])
    expect([await isLetIn(before.access_token), await isLetIn(result.access_token)]).toEqual([false, true])
    expect((await refresh(before.refresh_token)).error).toEqual(UNAUTHORIZED)
  })

  test('signing in again under its name joins it', async () => {
    const [first, second] = [await signIn('session:joined'), await signIn('session:joined')]
    expect(second.sid).toBe(first.sid)
    for (const { access_token } of [first, second]) expect(await isLetIn(access_token)).toBe(true)
  })

  test('the seventeenth of a key ends the one that was begun first', async () => {
    const other = await newManager(desk, 'many')
    const sessions = []
    for (let place = 0; place < 17; place += 1) sessions.push(await signIn(`session:s${place}`, other))
    const alive = []
    for (const { access_token } of sessions) alive.push(await isLetIn(access_token))
    expect(alive).toEqual(sessions.map((_, place) => place > 0))
    expect(await isLetIn((await signIn('session:kept')).access_token)).toBe(true)
  })

  test('a fork has a session of its own, the same scopes, and needs a session', async () => {
    const one = await signIn('session:one account:read')
    const { result: two } = await fork(one.refresh_token, 'two')
    expect(two.scope).toBe('account:read session:two mainaccount')
    expect(two.sid).not.toBe(one.sid)
    for (const { access_token } of [one, two]) expect(await accountOf(access_token)).toBe(desk.main.accountId)
    const alone = await signIn()
    expect((await fork(alone.refresh_token, 'x')).error.data.param).toBe('refresh_token')
    for (const name of ['', 'a b', 'x'.repeat(65)])
      expect((await fork(one.refresh_token, name)).error.data.param).toBe('session_name')
    expect((await fork(one.access_token, 'x')).error).toEqual(UNAUTHORIZED)
  })
})
