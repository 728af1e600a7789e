/** What a main account sets for its subaccounts: mail, login, notifications, products, removal (section 3.2). */
import { DAY, instant, MINUTE, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { oneTimeCode } from '../../testing/authenticator.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'

const clock = new ManualClock(instant(1_790_000_000_000_000))
let desk: CryptoDesk
let first: Key

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  first = desk.subaccounts[0] as Key
})
afterAll(() => desk.close())
beforeEach(() => clock.advance(MINUTE))

/** Runs a method under a code of its own. */
const proven = async (method: string, params: object) => {
  clock.advance(30 * SECOND)
  const authorization_data = oneTimeCode(desk.totpSecret, clock.now())
  const { body } = await desk.call(method, { ...params, authorization_data })
  return body.error ?? body.result
}
const result = async (method: string, params: object = {}, key: Key = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key = desk.main) =>
  (await desk.call(method, params, key)).body.error
const shown = async (account: number) =>
  (await result('private/get_subaccounts')).find(({ id }: { id: number }) => id === account)
const newSubaccount = async (): Promise<number> => (await result('private/create_subaccount')).id
const sequence = (): number => desk.server.engine.image.head.sequence

describe('the mail address', () => {
  const SET = 'private/set_email_for_subaccount'
  const mails = async () => {
    const { accounts } = desk.server.engine.rooms.hierarchy
    const party = `pty_${accounts.party.get(accounts.row(desk.main.accountId as never))}`
    const response = await fetch(`${desk.url}/stemma/v1/mails?party=${party}`, {
      headers: { authorization: `Bearer ${desk.operatorKey}` },
    })
    return (await response.json()).items as readonly { to: string; subject: string; text: string }[]
  }
  /** The link of the mail to an address, as soon as that has arrived. */
  const linkTo = async (address: string): Promise<string> => {
    for (;;) {
      const mail = (await mails()).find(({ to }) => to === address)
      if (mail !== undefined) return /http:\S+/.exec(mail.text)?.[0] ?? expect.unreachable()
      await new Promise(setImmediate)
    }
  }
  const confirm = (link: string, more: Readonly<Record<string, string>> = {}) => {
    const { origin, pathname, searchParams } = new URL(link)
    const secret = searchParams.get('secret') ?? ''
    return fetch(`${origin}${pathname}`, { method: 'POST', body: new URLSearchParams({ secret, ...more }) })
  }

  test('a new one is shown as not confirmed, and the old one stays until the link is followed', async () => {
    const account = await newSubaccount()
    expect(await shown(account)).toMatchObject({ email: 'kim@kestrel.example', is_password: false })
    expect(await proven(SET, { sid: account, email: 'vol@kestrel.example' })).toBe('ok')
    expect(await shown(account)).toMatchObject({
      email: 'kim@kestrel.example',
      not_confirmed_email: 'vol@kestrel.example',
      login_enabled: false,
    })
    const link = await linkTo('vol@kestrel.example')
    // Mail programs open links by themselves: opening it changes nothing.
    const page = await fetch(link)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'")
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(await page.text()).toContain('<form method="post"')
    expect(await shown(account)).toHaveProperty('not_confirmed_email')
    expect((await confirm(link)).status).toBe(200)
    expect(await shown(account)).toMatchObject({ email: 'vol@kestrel.example', is_password: false })
    expect(await shown(account)).not.toHaveProperty('not_confirmed_email')
    // The link is good once.
    expect((await confirm(link)).status).toBe(404)
    expect((await fetch(link)).status).toBe(404)
  })

  test('with the link a password is chosen, of 12 to 256 characters', async () => {
    const account = await newSubaccount()
    expect(await proven(SET, { sid: account, email: 'delta@kestrel.example' })).toBe('ok')
    const link = await linkTo('delta@kestrel.example')
    expect((await confirm(link, { password: 'x'.repeat(11) })).status).toBe(400)
    expect((await confirm(link, { password: 'x'.repeat(257) })).status).toBe(400)
    expect(await shown(account)).toHaveProperty('not_confirmed_email')
    expect((await confirm(link, { password: 'x'.repeat(12) })).status).toBe(200)
    expect(await shown(account)).toMatchObject({ email: 'delta@kestrel.example', is_password: true })
    const events = await desk.server.host.history('events', {
      equals: { kind: 'user.email_confirmed' },
      newestFirst: true,
      limit: 1,
    })
    expect(events[0]?.data).toEqual({ email: 'changed', password: 'changed' })
  })

  test('the next one asked for takes the place of the one before, and a link ends after a day', async () => {
    const account = await newSubaccount()
    await proven(SET, { sid: account, email: 'one@kestrel.example' })
    const older = await linkTo('one@kestrel.example')
    await proven(SET, { sid: account, email: 'two@kestrel.example' })
    const newer = await linkTo('two@kestrel.example')
    expect((await confirm(older)).status).toBe(404)
    clock.advance(DAY)
    // Any command brings the book to its time.
    await newSubaccount()
    expect((await confirm(newer)).status).toBe(404)
    expect(await shown(account)).not.toHaveProperty('not_confirmed_email')
    expect(await shown(account)).toMatchObject({ email: 'kim@kestrel.example' })
  })

  test('no link, no page; a form that is too long or none is refused', async () => {
    const path = `${desk.url}/email/confirm`
    expect((await fetch(path)).status).toBe(404)
    expect((await fetch(`${path}?secret=guess`)).status).toBe(404)
    expect((await fetch(path, { method: 'POST', body: new URLSearchParams({ secret: '' }) })).status).toBe(
      404,
    )
    expect(
      (await fetch(path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(415)
    const long = new URLSearchParams({ secret: 'x'.repeat(4_096) })
    expect((await fetch(path, { method: 'POST', body: long })).status).toBe(413)
  })

  test('what is no address is refused, and the longest is taken', async () => {
    const account = await newSubaccount()
    for (const email of ['', 'nobody', 'a@b@c', 'a b@c.example', `${'x'.repeat(310)}@kestrel.example`]) {
      const { code, data } = await error(SET, { sid: account, email })
      expect({ code, param: data.param }, email).toEqual({ code: -32602, param: 'email' })
    }
    // 304 and 16 characters are 320.
    expect(await proven(SET, { sid: account, email: `${'x'.repeat(304)}@kestrel.example` })).toBe('ok')
  })
})

describe('the login', () => {
  test('it is enabled and disabled, and disabling ends its sessions and no key', async () => {
    const toggle = (state: string) =>
      proven('private/toggle_subaccount_login', { sid: first.accountId, state })
    expect(await toggle('enable')).toBe('ok')
    expect((await shown(first.accountId)).login_enabled).toBe(true)
    const credentials = {
      grant_type: 'client_credentials',
      client_id: first.clientId,
      client_secret: first.clientSecret,
    }
    const { access_token, refresh_token } = (await desk.call('public/auth', credentials, null)).body.result
    const socket = await openRpcSocket(desk.url)
    await socket.call('public/auth', credentials)
    expect((await socket.call('private/get_positions')).error).toBeUndefined()
    expect(await toggle('disable')).toBe('ok')
    expect((await shown(first.accountId)).login_enabled).toBe(false)
    expect((await desk.call('private/get_positions', { access_token }, null)).body.error.code).toBe(13009)
    const refresh = { grant_type: 'refresh_token', refresh_token }
    expect((await desk.call('public/auth', refresh, null)).body.error.code).toBe(13009)
    expect((await socket.call('private/get_positions')).error.code).toBe(13009)
    await socket.close()
    expect(await result('private/get_positions', {}, first)).toBeInstanceOf(Array)
  })

  test('a subaccount that has none gets one, which sees that subaccount alone', async () => {
    const account = await newSubaccount()
    expect(await proven('private/toggle_subaccount_login', { sid: account, state: 'enable' })).toBe('ok')
    expect(await shown(account)).toMatchObject({ login_enabled: true, is_password: false })
    const { access, identity } = desk.server.engine.rooms
    const row = [...identity.users.each()].sort(
      (left, right) => identity.users.id(right) - identity.users.id(left),
    )[0]
    const user = identity.users.id(row as number)
    const targets = access.reach.bindingsOf.of(user).map((each) => access.reach.bindings.target.get(each))
    expect(targets).toEqual([account])
    expect(identity.users.read(row as number)).toMatchObject({ roles: ['subaccount_login'], scopes: [] })
  })

  test('notifications are a switch of their own, true or false', async () => {
    const set = 'private/toggle_notifications_from_subaccount'
    for (const state of [true, false]) {
      expect(await proven(set, { sid: first.accountId, state })).toBe('ok')
      expect((await shown(first.accountId)).receive_notifications).toBe(state)
    }
    expect((await error(set, { sid: first.accountId, state: 'enable' })).data.param).toBe('state')
    expect((await error(set, { sid: first.accountId })).data.param).toBe('state')
  })
})

describe('removal', () => {
  const REMOVE = 'private/remove_subaccount'

  test('with a position, an order or a balance it is not removed', async () => {
    const before = await shown(first.accountId)
    expect(await proven(REMOVE, { subaccount_id: first.accountId })).toEqual({
      code: 11030,
      message: 'other_reject subaccount_not_empty',
    })
    expect(await shown(first.accountId)).toEqual(before)
    const account = await newSubaccount()
    await result('private/submit_transfer_to_subaccount', {
      currency: 'ETH',
      amount: 1,
      destination: account,
    })
    expect((await proven(REMOVE, { subaccount_id: account })).code).toBe(11030)
    const back = { currency: 'ETH', amount: 1, source: account, destination: desk.main.accountId }
    await result('private/submit_transfer_between_subaccounts', back)
    expect(await proven(REMOVE, { subaccount_id: account })).toBe('ok')
  })

  test('an empty one goes for good, with its login', async () => {
    const account = await newSubaccount()
    await proven('private/toggle_subaccount_login', { sid: account, state: 'enable' })
    const { users, userByName } = desk.server.engine.rooms.identity
    const { system_name } = await shown(account)
    const login = userByName.find(`${system_name}-login`)
    expect(users.status.get(login)).toBe('active')
    expect(await proven(REMOVE, { subaccount_id: account })).toBe('ok')
    expect(await shown(account)).toBeUndefined()
    expect(users.status.get(login)).toBe('closed')
    const before = sequence()
    expect((await error(REMOVE, { subaccount_id: account })).data).toEqual({
      reason: 'subaccount_not_found',
      param: 'subaccount_id',
    })
    expect((await error(REMOVE, {})).data.param).toBe('subaccount_id')
    expect((await error(REMOVE, { subaccount_id: 'x' })).data.reason).toBe('invalid_subaccount_id')
    expect((await error(REMOVE, { subaccount_id: desk.main.accountId })).data.reason).toBe(
      'subaccount_not_found',
    )
    expect(sequence()).toBe(before)
  })
})

describe('products', () => {
  const SET = 'private/set_disabled_trading_products'
  const buy = async (instrument_name: string, amount: number, key: Key) =>
    (await desk.call('private/buy', { instrument_name, amount, type: 'limit', price: 95_000 }, key)).body

  test('what is switched off takes no order, and can be switched on again', async () => {
    const second = desk.subaccounts[1] as Key
    const set = (trading_products: readonly string[]) =>
      proven(SET, { user_id: first.accountId, trading_products })
    expect(await set(['perpetual', 'spots'])).toBe('ok')
    expect(await shown(first.accountId)).toMatchObject({ disabled_trading_products: ['perpetual', 'spots'] })
    const details = await result('private/get_account_summary', { currency: 'BTC', extended: true }, first)
    expect(details.trading_products_details.slice(0, 2)).toEqual([
      { product: 'perpetual', enabled: false, overwriteable: true, requires_consent: false },
      { product: 'futures', enabled: true, overwriteable: true, requires_consent: false },
    ])
    expect((await buy('BTC-PERPETUAL', 10, first)).error).toEqual({
      code: 11042,
      message: 'permission_denied',
    })
    expect((await buy('BTC-25JUN27', 10, first)).error).toBeUndefined()
    expect((await shown(second.accountId)).disabled_trading_products).toEqual([])
    expect(await set([])).toBe('ok')
    expect((await buy('BTC-PERPETUAL', 10, first)).error).toBeUndefined()
  })

  test('what is held can be closed', async () => {
    const third = desk.subaccounts[2] as Key
    const [position] = await result('private/get_positions', { currency: 'USDC' }, third)
    expect(position.direction).toBe('buy')
    await proven(SET, { user_id: third.accountId, trading_products: ['perpetual'] })
    const closing = { instrument_name: position.instrument_name, type: 'market' }
    const { order } = await result('private/close_position', closing, third)
    expect(order.order_state).toBe('filled')
  })

  test('words that are no product, and accounts that are not there', async () => {
    const refused = async (params: object) => (await error(SET, params)).data
    expect((await refused({ user_id: first.accountId, trading_products: ['bonds'] })).param).toBe(
      'trading_products',
    )
    expect((await refused({ user_id: first.accountId, trading_products: ['constructor'] })).param).toBe(
      'trading_products',
    )
    expect((await refused({ user_id: first.accountId })).param).toBe('trading_products')
    expect(await refused({ user_id: 1, trading_products: [] })).toEqual({
      reason: 'subaccount_not_found',
      param: 'user_id',
    })
  })
})
