// What an orchestrator and a scraper see.
import fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { Admission } from '../host/admission.js'
import { type BookServer, startBook } from '../testing/book-server.js'
import { openHost } from '../testing/host-world.js'
import { registerHealth } from './health.js'
import { Metrics } from './metrics.js'
import { VERSION } from './version.js'

const closings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
})

const opened = async (): Promise<BookServer> => {
  const book = await startBook()
  closings.push(() => book.close())
  return book
}
const get = async (url: string): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

test('a server with a book is live and ready', async () => {
  const { url, server } = await opened()
  expect(await get(`${url}/health/live`)).toEqual({ status: 200, body: { status: 'live', version: VERSION } })
  expect(await get(`${url}/health/ready`)).toEqual({
    status: 200,
    body: {
      status: 'ready',
      role: 'writer',
      version: VERSION,
      durable_sequence: server.host.durableSequence,
      tables_lag_milliseconds: 0,
    },
  })
})

test('a server whose tables are behind is live but not ready, until they catch up', async () => {
  const { url, store } = await opened()
  store.forceLag({ batches: 9, bytes: 256 * 2 ** 20 + 1, milliseconds: 5_001 })
  expect(await get(`${url}/health/ready`)).toMatchObject({
    status: 503,
    body: { status: 'not_ready', tables_lag_milliseconds: 5_001 },
  })
  expect((await get(`${url}/health/live`)).status).toBe(200)
  store.forceLag({ batches: 9, bytes: 256 * 2 ** 20, milliseconds: 5_000 })
  expect((await get(`${url}/health/ready`)).status).toBe(200)
})

test('a book that is not open yet, and a server that stops, are not ready', async () => {
  const world = await openHost()
  const { host, store } = world
  const zero = () => 0
  const metrics = new Metrics({
    lagMilliseconds: zero,
    lagBatches: zero,
    waitingAnswers: zero,
    openStreams: zero,
    openEffects: zero,
    durableSequence: zero,
    isWriter: () => true,
  })
  const watch = async (admission: Admission): Promise<string> => {
    const app = fastify()
    closings.push(() => app.close())
    await registerHealth(app, { store, host, admission, mayForward: false, metrics })
    return app.listen({ port: 0, host: '127.0.0.1' })
  }
  const admission = new Admission(null)
  const [empty, open] = [await watch(new Admission(null)), await watch(admission)]
  admission.open()
  expect(await get(`${empty}/health/ready`)).toMatchObject({ status: 503, body: { status: 'not_ready' } })
  expect((await get(`${open}/health/ready`)).status).toBe(200)
  await host.stop()
  expect(await get(`${open}/health/ready`)).toMatchObject({ status: 503, body: { status: 'not_ready' } })
  expect((await get(`${open}/health/live`)).status).toBe(200)
})

test('metrics say what the server does, in the text of Prometheus', async () => {
  const book = await opened()
  const { url, server } = book
  await book.poke()
  await fetch(`${url}/stemma/v1/whoami`)
  await reportUnmatched(book)
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const text = await response.text()
  const figure = (series: string): number => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `))
    if (line === undefined) throw new Error(`expected ${series} in:\n${text}`)
    return Number(line.slice(series.length))
  }
  expect(figure('stemma_durable_sequence')).toBe(server.host.durableSequence)
  expect(figure('stemma_batches_total')).toBeGreaterThan(0)
  expect(figure('stemma_batch_sequences_sum')).toBe(server.host.durableSequence)
  expect(figure('stemma_append_seconds_count')).toBe(figure('stemma_batches_total'))
  expect(figure('stemma_http_requests_total{surface="native",status="4xx"}')).toBe(1)
  for (const name of ['tables_lag_seconds', 'tables_lag_batches', 'waiting_answers', 'open_effects'])
    expect(figure(`stemma_${name}`)).toBe(0)
  expect(figure('stemma_venue_reports_unmatched_total{kind="filled"}')).toBe(1)
  // The server's own: it hears of revocations there.
  expect(figure('stemma_open_streams')).toBe(1)
  expect(text).toContain('# TYPE stemma_process_cpu_seconds_total counter')
})

/** An outside venue tells of a fill of an order that never was. */
async function reportUnmatched({ run }: BookServer): Promise<void> {
  const { venue } = await run<{ venue: number }>('venues.create', {
    name: 'exchange',
    displayName: 'Exchange',
    url: 'https://exchange.example/',
    sealedSecret: 'sealed',
  })
  await run('venues.report', {
    venue,
    number: 1,
    kind: 'filled',
    order: 999_999,
    price: null,
    quantity: null,
    fee: null,
    uncounted: { price: '1', quantity: '1', fee: null },
    reference: null,
    text: null,
  })
}
