// Requests that are not read to their end, at each door: an answer in its own words, and then the connection is closed.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildAcme } from '../testing/acme.js'
import { startVenue, type Venue } from '../testing/venue.js'

/** Long enough for an honest request on a busy machine, short enough to be waited for. */
const REQUEST_MILLISECONDS = 600

let venue: Venue

beforeAll(async () => {
  venue = await startVenue('memory', { requestMilliseconds: REQUEST_MILLISECONDS })
  await buildAcme(venue)
})
afterAll(() => venue.close())

interface Answer {
  readonly status: number
  readonly head: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  readonly body: any
}

/** What the server writes until it closes the connection; `more` is written again and again. */
function answerTo(written: string, more?: string): Promise<readonly Answer[]> {
  return new Promise((resolve) => {
    let text = ''
    let trickle: NodeJS.Timeout | undefined
    const socket = connect(Number(new URL(venue.url).port), '127.0.0.1', () => {
      socket.write(written)
      if (more !== undefined) trickle = setInterval(() => socket.write(more), 20)
    })
    const done = (): void => {
      clearInterval(trickle)
      resolve(
        text
          .split(/(?=HTTP\/1\.1 \d)/)
          .filter((part) => part !== '')
          .map(parsed),
      )
    }
    socket.setEncoding('utf8').on('data', (data) => {
      text += data
    })
    socket.on('close', done).on('error', done)
  })
}

function parsed(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.slice(9, 12)), head: head.toLowerCase(), body: JSON.parse(body) }
}

const problem = (status: number, code: string) => ({
  type: `/docs/refusals#${code}`,
  title: expect.any(String),
  status,
  code,
  detail: expect.any(String),
  retryable: status === 408,
  request_id: expect.any(String),
})
const CODES: Readonly<Record<number, string>> = {
  400: 'malformed',
  408: 'too_slow',
  431: 'headers_too_large',
}

/** Where each door is, of which type its answers are, and how it says what was wrong. */
const DOORS: readonly (readonly [string, string, string, (status: number) => object])[] = [
  [
    'the native API',
    '/stemma/v1/deposits',
    'application/problem+json',
    (status) => problem(status, CODES[status] ?? ''),
  ],
  [
    'polymarket-us',
    '/v1/aeropay/deposits',
    'application/json',
    () => ({ code: 3, message: expect.any(String), details: [] }),
  ],
  [
    'cash movements',
    '/polymarket.us.cashmovement.v1.CashMovementService/CreateCashMovement',
    'application/json',
    () => ({ code: 'invalid_argument', message: expect.any(String) }),
  ],
  [
    'the token endpoint',
    '/oauth/token',
    'application/json',
    () => ({ error: 'invalid_request', error_description: expect.any(String) }),
  ],
]

describe.each(DOORS)('at %s', (_name, path, type, envelope) => {
  const head = (more: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${more}\r\n`

  async function expectTold(answers: Promise<readonly Answer[]>, status: number): Promise<void> {
    const [answer, ...others] = await answers
    expect(others).toEqual([])
    expect([answer?.status, answer?.body]).toEqual([status, envelope(status)])
    expect(answer?.head).toContain(`content-type: ${type}`)
    expect(answer?.head).toContain('connection: close')
    expect(answer?.head).toContain('x-content-type-options: nosniff')
  }

  test('a body that does not come', () =>
    expectTold(answerTo(`${head('Content-Length: 100\r\n')}{"amount"`), 408))

  test('a body that trickles in', () => expectTold(answerTo(head('Content-Length: 10000\r\n'), ' '), 408))

  test('chunks that trickle in', () =>
    expectTold(answerTo(head('Transfer-Encoding: chunked\r\n'), '1\r\n \r\n'), 408))

  test('chunks that are none', () =>
    expectTold(answerTo(`${head('Transfer-Encoding: chunked\r\n')}zz\r\n`), 400))

  test('headers beyond 16 KiB', () => expectTold(answerTo(head(`X: ${'y'.repeat(17_000)}\r\n`)), 431))

  test('two lengths that differ', () =>
    expectTold(answerTo(`${head('Content-Length: 1\r\nContent-Length: 2\r\n')}{}`), 400))

  test('headers that trickle in name nobody yet, and are told as problems', async () => {
    const [answer] = await answerTo(`POST ${path} HTTP/1.1\r\nHost: x\r\n`, 'A: b\r\n')
    expect([answer?.status, answer?.body]).toEqual([408, problem(408, 'too_slow')])
  })
})

test('a request that was whole gets its answer, whatever comes behind it', async () => {
  const answers = await answerTo('GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n\u0000 no HTTP\r\n\r\n')
  expect(answers[0]).toMatchObject({ status: 401, body: { code: 16 } })
})

test('a connection that is used again is answered for its second request as for its first', async () => {
  const good = 'GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n'
  const slow = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n'
  const answers = await answerTo(good + slow)
  expect(answers.map(({ status }) => status)).toEqual([401, 408])
  expect(answers[1]?.body).toMatchObject({ error: 'invalid_request' })
})

test('headers of just under 16 KiB are read', async () => {
  const [answer] = await answerTo(
    `GET /v1/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'y'.repeat(16_000)}\r\n\r\n`,
  )
  expect(answer?.status).toBe(401)
})
