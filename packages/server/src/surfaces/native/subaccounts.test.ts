/** Subaccounts, their logins and the mail that confirms an address, on the native API and at the second venue. */
import { DAY, instant, MINUTE } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

const clock = new ManualClock(instant(1_790_000_000_000_000))
let desk: CryptoDesk
let main: string
/** Of somebody who administers the crypto client natively, and of its first subaccount's login. */
let owner: string
let login: string

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Told = any

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  main = `acc_${desk.main.accountId}`
  owner = await keyOf('kestrel')
  login = await keyOf('kestrel-sub-1-login')
})
afterAll(() => desk.close())
beforeEach(() => clock.advance(MINUTE))

/** A native key of a user by its name. */
async function keyOf(name: string): Promise<string> {
  const { items: parties } = await desk.operate('GET', '/parties?search=kestrel')
  const { items } = await desk.operate('GET', `/users?under=${parties[0].id}&search=${name}`)
  const user = items.find((each: Told) => each.name === name).id
  return (await desk.operate('POST', '/api_keys', { user, display_name: 'Native' })).secret
}

async function send(method: string, path: string, body?: object, key = owner): Promise<Told> {
  const response = await fetch(`${desk.url}/stemma/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return response.json()
}
async function done(method: string, path: string, body?: object, key?: string): Promise<Told> {
  const answer = await send(method, path, body, key)
  if (answer.code !== undefined) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer
}
const newSubaccount = async (): Promise<string> =>
  (await done('POST', `/accounts/${main}/subaccounts`, {})).account
const loginOf = (account: string) => done('GET', `/accounts/${account}/login`)
/** As the second venue shows the subaccount. */
const shown = async (account: string): Promise<Told> => {
  const { body } = await desk.call('private/get_subaccounts')
  return body.result.find(({ id }: Told) => `acc_${id}` === account)
}
async function mailTo(address: string): Promise<string> {
  const { party } = await done('GET', `/accounts/${main}`)
  for (;;) {
    const { items } = await done('GET', `/mails?party=${party}`)
    const mail = items.find(({ to }: Told) => to === address)
    if (mail !== undefined) return /http:\S+/.exec(mail.text)?.[0] ?? expect.unreachable()
    await new Promise(setImmediate)
  }
}
function follow(link: string): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(link)
  const body = new URLSearchParams({ secret: searchParams.get('secret') ?? '' })
  return fetch(`${origin}${pathname}`, { method: 'POST', body })
}
const kindsOf = async (subject: string): Promise<string[]> => {
  const { items } = await desk.operate('GET', `/events?under=pty_1&subject=${subject}&limit=500`)
  return items.map(({ kind }: Told) => kind)
}

describe('a subaccount', () => {
  test('is made without a word, called something else, and is the same at the venue', async () => {
    const account = await newSubaccount()
    const made = await shown(account)
    expect(made).toMatchObject({ type: 'subaccount', login_enabled: false, receive_notifications: false })
    const own = await done('GET', `/accounts/${account}`)
    expect(own).toMatchObject({ main, type: 'segregated_standard', status: 'active' })
    expect(own.name).toBe(made.username)
    await done('PUT', `/subaccounts/${account}/name`, { display_name: 'Volatility' })
    expect(await shown(account)).toMatchObject({ username: 'Volatility' })
    expect((await done('GET', `/accounts/${account}`)).display_name).toBe('Volatility')
    const taken = await send('PUT', `/subaccounts/${await newSubaccount()}/name`, {
      display_name: 'Volatility',
    })
    expect(taken).toMatchObject({ code: 'name_taken', field: '/display_name' })
    const long = { display_name: 'x'.repeat(65) }
    expect(await send('PUT', `/subaccounts/${account}/name`, long)).toMatchObject({ field: '/display_name' })
    expect(await send('PUT', `/subaccounts/${main}/name`, { display_name: 'Main' })).toMatchObject({
      code: 'main_account_invalid',
    })
  })

  test('is removed when nothing is in it, with the reason where something is', async () => {
    const held = `acc_${desk.subaccounts[0]?.accountId}`
    const refused = await send('DELETE', `/subaccounts/${held}`)
    expect(refused).toMatchObject({ status: 409, code: 'not_empty', data: { precondition: 'zero_balance' } })
    const account = await newSubaccount()
    await done('PUT', `/accounts/${account}/login/enabled`, { is_enabled: true })
    const { user } = await loginOf(account)
    await done('DELETE', `/subaccounts/${account}`)
    expect(await shown(account)).toBeUndefined()
    expect((await done('GET', `/accounts/${account}`)).status).toBe('closed')
    expect((await desk.operate('GET', `/users/${user}`)).status).toBe('closed')
    expect(await send('DELETE', `/subaccounts/${account}`)).toMatchObject({ code: 'transition_invalid' })
    expect(await send('DELETE', `/subaccounts/${main}`)).toMatchObject({ code: 'main_account_invalid' })
  })

  test('trades no product that is barred, and that is told at the venue too', async () => {
    const account = await newSubaccount()
    await done('PUT', `/accounts/${account}/barred-products`, { products: ['option', 'currency_pair'] })
    expect((await shown(account)).disabled_trading_products.sort()).toEqual(['options', 'spots'])
    const order = {
      account,
      side: 'buy',
      type: 'limit',
      time_in_force: 'gtc',
      quantity: '0.1',
      price: '0.05',
    }
    const barred = await send('POST', '/orders', { ...order, instrument: 'BTC-25JUN27-120000-C' })
    expect(barred).toMatchObject({ code: 'order_rejected', data: { reason: 'product_barred' } })
    await done('PUT', `/accounts/${account}/barred-products`, { products: [] })
    expect((await shown(account)).disabled_trading_products).toEqual([])
    const odd = await send('PUT', `/accounts/${account}/barred-products`, { products: ['bonds'] })
    expect(odd).toMatchObject({ field: '/products/0' })
  })
})

describe('the address of a login', () => {
  test('counts once its link was followed; until then it waits, and can be seen', async () => {
    const account = await newSubaccount()
    expect(await loginOf(account)).toEqual({
      account,
      user: null,
      name: null,
      email: null,
      unconfirmed_email: null,
      unconfirmed_until: null,
      has_password: false,
      is_login_enabled: false,
      is_notified: false,
      factor_assignments: [],
    })
    const { user } = await done('PUT', `/accounts/${account}/login/email`, { email: 'vol@kestrel.example' })
    const asked = clock.now()
    const waiting = await loginOf(account)
    expect(waiting).toMatchObject({ user, email: null, unconfirmed_email: 'vol@kestrel.example' })
    expect(Date.parse(waiting.unconfirmed_until)).toBe((asked + DAY) / 1_000)
    expect(await shown(account)).toMatchObject({ not_confirmed_email: 'vol@kestrel.example' })
    expect((await follow(await mailTo('vol@kestrel.example'))).status).toBe(200)
    expect(await loginOf(account)).toMatchObject({
      email: 'vol@kestrel.example',
      unconfirmed_email: null,
      unconfirmed_until: null,
    })
    expect(await shown(account)).toMatchObject({ email: 'vol@kestrel.example' })
    expect(await kindsOf(user)).toEqual(expect.arrayContaining(['user.email_asked', 'user.email_confirmed']))
  })

  test('is taken back while it waits, and its link leads nowhere', async () => {
    const account = await newSubaccount()
    const path = `/accounts/${account}/login/email`
    expect(await send('DELETE', path)).toMatchObject({ code: 'transition_invalid' })
    const { user } = await done('PUT', path, { email: 'wrong@kestrel.example' })
    const link = await mailTo('wrong@kestrel.example')
    await done('DELETE', path)
    expect((await fetch(link)).status).toBe(404)
    expect((await follow(link)).status).toBe(404)
    expect(await loginOf(account)).toMatchObject({ user, email: null, unconfirmed_email: null })
    expect(await kindsOf(user)).toContain('user.email_withdrawn')
    expect(await send('DELETE', path)).toMatchObject({ code: 'transition_invalid' })
  })

  test('a dry run sends nothing, and what is no address is refused', async () => {
    const account = await newSubaccount()
    const path = `/accounts/${account}/login/email`
    const before = desk.server.engine.image.head.sequence
    const dry = await done('PUT', `${path}?dry_run=true`, { email: 'dry@kestrel.example' })
    expect(dry).toMatchObject({ dry_run: true, outcome: 'would_succeed' })
    expect(desk.server.engine.image.head.sequence).toBe(before)
    for (const email of ['', 'nobody', 'a@b@c', 'a b@c.example', `${'x'.repeat(309)}@kestrel.example`])
      expect(await send('PUT', path, { email }), email).toMatchObject({ status: 400, field: '/email' })
    expect(await send('PUT', `/accounts/${main}/login/email`, { email: 'a@b.example' })).toMatchObject({
      code: 'main_account_invalid',
    })
  })
})

describe('a login', () => {
  test('is enabled, disabled and told things, at the venue alike', async () => {
    const account = await newSubaccount()
    for (const isEnabled of [true, false]) {
      await done('PUT', `/accounts/${account}/login/enabled`, { is_enabled: isEnabled })
      expect(await loginOf(account)).toMatchObject({ is_login_enabled: isEnabled })
      expect(await shown(account)).toMatchObject({ login_enabled: isEnabled })
    }
    for (const isNotified of [true, false]) {
      await done('PUT', `/accounts/${account}/login/notified`, { is_notified: isNotified })
      expect(await loginOf(account)).toMatchObject({ is_notified: isNotified })
      expect(await shown(account)).toMatchObject({ receive_notifications: isNotified })
    }
  })

  test('is removed with its keys and its waiting link; the subaccount stays, and may get another', async () => {
    const account = await newSubaccount()
    const path = `/accounts/${account}/login`
    expect(await send('DELETE', path)).toMatchObject({ code: 'transition_invalid' })
    await done('PUT', `${path}/enabled`, { is_enabled: true })
    const { user } = await done('PUT', `${path}/email`, { email: 'gone@kestrel.example' })
    const link = await mailTo('gone@kestrel.example')
    const { secret } = await desk.operate('POST', '/api_keys', { user, display_name: 'Its own' })
    expect((await done('GET', '/whoami', undefined, secret)).user.id).toBe(user)
    expect(await done('DELETE', path)).toMatchObject({ account, user })
    expect(await send('GET', '/whoami', undefined, secret)).toMatchObject({ code: 'unauthenticated' })
    expect((await follow(link)).status).toBe(404)
    expect((await desk.operate('GET', `/users/${user}`)).status).toBe('closed')
    expect(await loginOf(account)).toMatchObject({ user: null, is_login_enabled: false })
    expect(await shown(account)).toMatchObject({ login_enabled: false })
    expect(await kindsOf(user)).toContain('user.closed')
    expect(await send('DELETE', path)).toMatchObject({ code: 'transition_invalid' })
    const again = await done('PUT', `${path}/enabled`, { is_enabled: true })
    expect(again.user).not.toBe(user)
  })

  test('that is bound to something else besides stays for that', async () => {
    const [account, other] = [await newSubaccount(), await newSubaccount()]
    const { user } = await done('PUT', `/accounts/${account}/login/enabled`, { is_enabled: true })
    await done('POST', '/bindings', { user, target_kind: 'account', target: other, level: 'read_only' })
    await done('DELETE', `/accounts/${account}/login`)
    expect((await desk.operate('GET', `/users/${user}`)).status).toBe('active')
    expect(await loginOf(account)).toMatchObject({ user: null })
    const { items } = await desk.operate('GET', `/bindings?user=${user}`)
    expect(items.map(({ target }: Told) => target)).toEqual([other])
  })

  test('of a main account is read, and is nobody’s to remove here', async () => {
    expect(await loginOf(main)).toMatchObject({ name: 'kestrel', email: 'kim@kestrel.example' })
    expect(await send('DELETE', `/accounts/${main}/login`)).toMatchObject({ code: 'main_account_invalid' })
  })
})

test('nobody but who administers the main account does any of it: a login reaches its subaccount, and manages nothing', async () => {
  const first = `acc_${desk.subaccounts[0]?.accountId}`
  const before = desk.server.engine.image.head.sequence
  for (const [method, path, body] of [
    ['POST', `/accounts/${main}/subaccounts`, {}],
    ['PUT', `/subaccounts/${first}/name`, { display_name: 'Mine' }],
    ['DELETE', `/subaccounts/${first}`, undefined],
    ['PUT', `/accounts/${first}/login/email`, { email: 'own@kestrel.example' }],
    ['DELETE', `/accounts/${first}/login/email`, undefined],
    ['PUT', `/accounts/${first}/login/enabled`, { is_enabled: true }],
    ['PUT', `/accounts/${first}/login/notified`, { is_notified: true }],
    ['DELETE', `/accounts/${first}/login`, undefined],
    ['PUT', `/accounts/${first}/barred-products`, { products: [] }],
    ['GET', `/accounts/${first}/login`, undefined],
  ] as const)
    expect((await send(method, path, body, login)).code, `${method} ${path}`).toMatch(
      /^(scope_missing|not_visible|level_insufficient)$/,
    )
  expect(desk.server.engine.image.head.sequence).toBe(before)
})
