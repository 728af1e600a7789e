// What no honest client sends, at every door that takes a body: an answer of 4xx in the words of that door, nothing
// changed, and a server that goes on. One world for all, so that what one request left behind would show in the next.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintApiKey } from './auth/index.js'
import { buildAcme, KEYS } from './testing/acme.js'
import { assertion, signIn, startVenue, tokenBody, type Venue } from './testing/venue.js'

let venue: Venue
let main: number

beforeAll(async () => {
  venue = await startVenue()
  const acme = await buildAcme(venue)
  main = acme.main
  const token = await signIn(venue, 'acme-admin', KEYS)
  const key = mintApiKey('hostile')
  const owner = { user: acme.administrator, party: null, scopes: null, ipAddresses: [], expiresAt: null }
  await venue.run('credentials.create', {
    ...{ ...owner, kind: 'api_key', clientId: 'hostile', displayName: 'Hostile', surface: 'native' },
    ...{ secretHash: key.secretHash, publicKeys: [] },
  })
  bearers = { native: key.value, venue: token, token: null }
})
afterAll(() => venue.close())

type Door = 'native' | 'venue' | 'token'
let bearers: Readonly<Record<Door, string | null>>

/** For each door: where it is, what a good body looks like, and what every refusal there looks like. */
const DOORS: Readonly<
  Record<Door, { readonly path: string; good(): Promise<Record<string, unknown>>; readonly envelope: object }>
> = {
  native: {
    path: '/stemma/v1/deposits',
    good: async () => ({ account: `acc_${main}`, currency: 'USD', amount: '1.00' }),
    envelope: {
      type: expect.stringMatching(/^\/docs\/refusals#/),
      title: expect.any(String),
      status: expect.any(Number),
      code: expect.any(String),
      detail: expect.any(String),
      retryable: false,
      request_id: expect.any(String),
    },
  },
  venue: {
    path: '/v1/aeropay/deposits',
    good: async () => ({
      accountId: 'firms/api-acme-participantfirm/accounts/acme-main',
      amount: '1.00',
      currency: 'USD',
    }),
    envelope: { code: expect.any(Number), message: expect.any(String), details: [] },
  },
  token: {
    path: '/oauth/token',
    good: async () => tokenBody(venue, 'acme-admin', await assertion(venue, 'acme-admin', KEYS)),
    envelope: { error: expect.any(String), error_description: expect.any(String) },
  },
}
/** Fields of these bodies that may be left out, and so may be nothing. */
const OPTIONAL = new Set(['client_id', 'currency'])
const NAMES = Object.keys(DOORS) as Door[]
const head = () => venue.server.engine.image.head.sequence

const send = (door: Door, raw: string | Uint8Array, headers: Record<string, string> = {}, path = '') =>
  venue.send('POST', DOORS[door].path + path, {
    raw,
    headers,
    ...(bearers[door] === null ? {} : { token: bearers[door] }),
  })

async function expectRefused(
  door: Door,
  answered: Awaited<ReturnType<typeof send>>,
  what = '',
): Promise<void> {
  expect(answered.status, what).toBeGreaterThanOrEqual(400)
  expect(answered.status).toBeLessThan(500)
  expect(answered.body).toMatchObject(DOORS[door].envelope)
  expect(answered.text).not.toMatch(/node_modules|\bat \w+ \(|FST_ERR|SyntaxError/)
}

describe.each(NAMES)('at the door of %s', (door) => {
  test('a good body passes', async () => {
    const answered = await send(door, JSON.stringify(await DOORS[door].good()))
    expect(answered.status).toBe(200)
  })

  test.each<[string, string | Uint8Array]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['blank space', '  \n'],
    ['null', 'null'],
    ['true', 'true'],
    ['a number', '1e999'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['a comma too many', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['two documents', '{}{}'],
    ['a mark of byte order', '\ufeff{}'],
    ['NaN', '{"amount":NaN}'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a surrogate alone in UTF-8', new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', new Uint8Array(Buffer.from('{}', 'utf16le'))],
    ['zero bytes', new Uint8Array(64)],
    ['lists nested 100,000 deep', '['.repeat(100_000)],
    ['objects nested 100,000 deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['10 MB of text', `{"amount":"${'x'.repeat(10_000_000)}"}`],
    ['10 MB of names', `{${Array.from({ length: 700_000 }, (_, at) => `"name${at}":1`).join(',')}}`],
    ['__proto__', '{"__proto__":{"amount":"1.00"}}'],
    ['constructor', '{"constructor":{"prototype":{"amount":"1.00"}}}'],
  ])('%s', async (_what, raw) => {
    const before = head()
    await expectRefused(door, await send(door, raw))
    expect(head()).toBe(before)
  })

  test('every field with another type', async () => {
    const before = head()
    const good = await DOORS[door].good()
    for (const name of Object.keys(good))
      for (const wrong of [null, true, 7, 0.5, -1, 2 ** 53 + 2, 1e300, [], {}, ['x'], { a: 1 }, '', '\u0000'])
        if (!(OPTIONAL.has(name) && door !== 'native' && (wrong === '' || wrong === null)))
          await expectRefused(
            door,
            await send(door, JSON.stringify({ ...good, [name]: wrong })),
            `${name}: ${wrong}`,
          )
    expect(head()).toBe(before)
  }, 60_000)

  test('every field without the others, left out, and twice', async () => {
    const good = await DOORS[door].good()
    const before = head()
    for (const [name, value] of Object.entries(good)) {
      const field = `"${name}":${JSON.stringify(value)}`
      await expectRefused(door, await send(door, `{${field}}`))
      await expectRefused(door, await send(door, JSON.stringify(good).replace('{', `{${field},`)))
      await expectRefused(door, await send(door, JSON.stringify(good).replace('{', `{${escaped(field)},`)))
    }
    expect(head()).toBe(before)
  })

  test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx', 'x'])(
    'a body of the type %s',
    async (type) => {
      const raw = JSON.stringify(await DOORS[door].good())
      await expectRefused(door, await send(door, raw, { 'content-type': type }))
    },
  )

  test.each(['/%', '/%zz', '/%ff', '/..%2f..', `/${'x'.repeat(5_000)}`])('the address %s', async (path) => {
    const answered = await send(door, '{}', {}, path)
    expect(answered.status).toBeGreaterThanOrEqual(400)
    expect(answered.status).toBeLessThan(500)
    // What stands below the token endpoint is nobody's.
    if (door !== 'token') await expectRefused(door, answered)
  })

  test.each<[string, (path: string) => string, RegExp]>([
    [
      'headers of 40 kB',
      (path) => `POST ${path} HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`,
      /431/,
    ],
    [
      '2,000 headers',
      (path) => `POST ${path} HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(20_000)}\r\n`,
      /431/,
    ],
    ['no HTTP', (path) => `${path}\r\n\r\n`, /400/],
    ['two lengths', (path) => `${head2(path)}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, /400/],
    [
      'a length and chunks',
      (path) => `${head2(path)}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      /400/,
    ],
    ['a negative length', (path) => `${head2(path)}Content-Length: -1\r\n\r\n`, /400/],
    ['chunks that are none', (path) => `${head2(path)}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, /400/],
  ])('%s', async (what, request, status) => {
    const answer = await raw(request(DOORS[door].path))
    expect(answer.split('\r\n', 1)[0]).toMatch(status)
    // Of what is no HTTP at all nobody knows for whom it was.
    const { envelope } = DOORS[what === 'no HTTP' ? 'native' : door]
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject(envelope)
  })
})

const head2 = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`

/** The same name in other characters. */
const escaped = (field: string): string =>
  field.replace(/^"(.)/, (_whole, first: string) => `"\\u00${first.charCodeAt(0).toString(16)}`)

function raw(written: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(venue.url).port), '127.0.0.1', () => socket.write(written))
    let answer = ''
    const done = () => resolve(answer)
    socket.setEncoding('utf8').on('data', (data) => {
      answer += data
    })
    socket.on('close', done).on('error', done)
  })
}

test.each<[Door, string]>([
  ['native', '/amount'],
  ['venue', 'amount'],
])('amounts that are none, at the door of %s', async (door) => {
  const before = head()
  const good = await DOORS[door].good()
  for (const amount of [
    '0',
    '0.00',
    '-0.01',
    '-1',
    '1e3',
    '0x10',
    '1.00000001',
    '9'.repeat(40),
    '+1',
    ' 1',
    '1,00',
  ])
    await expectRefused(door, await send(door, JSON.stringify({ ...good, amount })))
  expect(head()).toBe(before)
})

test('after all of this the server answers, and the book proves', async () => {
  expect((await venue.send('GET', '/health/ready')).status).toBe(200)
  for (const door of NAMES)
    expect((await send(door, JSON.stringify(await DOORS[door].good()))).status).toBe(200)
})
