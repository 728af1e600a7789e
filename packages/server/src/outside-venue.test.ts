/**
 * An outside venue in a process of its own, which is killed, whose wire is cut in both directions, and whose server is
 * killed as well: at the end every order, every fill and every cent is the same in both books.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryRow, Plain } from '@stemma/core'
import { afterAll, expect, test } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { freshFolder } from './testing/book-server.js'
import { type CutWire, cutWire } from './testing/cut-wire.js'
import { fundedAccount, limitOrder, outsideShare, replacement, usd } from './testing/outside.js'
import { startTrading, type TradingProcess, Unanswered } from './testing/trading-process.js'

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'outside-venue.mjs')
const CLIENTS = 6
const STEPS_OF_CLIENT = 50
/** Steps of all clients between two deaths, of the venue and of the server. */
const VENUE_DIES_EVERY = 45
const SERVER_DIES_EVERY = 110
const CUTS_OF_HUNDRED = 4
const START_MONEY = '100000.00'

const seed = Number(process.env.STEMMA_TEST_SEED ?? Date.now() % 1_000_000)
let state = (seed + 1) >>> 0
const luck = (most: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * most)
}

const directory = freshFolder()
const journalFile = join(directory, 'venue.journal')
let server: TradingProcess
let serverPort = '0'
let venueProcess: ChildProcess
let venuePort = 0
let venue: { readonly venue: string; readonly secret: string; readonly street: string }
let [toVenue, toServer]: CutWire[] = []
afterAll(async () => {
  for (const child of [server?.child, venueProcess]) child?.kill('SIGKILL')
  toVenue?.close()
  toServer?.close()
  rmSync(directory, { recursive: true, force: true })
})

const apiKey = (): string =>
  JSON.parse(readFileSync(operatorFileIn(directory), 'utf8')).native.operator.apiKey

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
async function call(method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`${server.url}/stemma/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey()}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.status).toBe(200)
  return response.json()
}

async function startVenue(): Promise<void> {
  venueProcess = spawn(process.execPath, [EXAMPLE], {
    env: {
      PATH: process.env.PATH,
      STEMMA_URL: `http://127.0.0.1:${toServer?.port}`,
      STEMMA_API_KEY: apiKey(),
      VENUE: venue.venue,
      VENUE_SECRET: venue.secret,
      VENUE_PORT: String(venuePort),
      VENUE_JOURNAL: journalFile,
      VENUE_PACE: '5',
      VENUE_SEED: String(seed),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(venueProcess.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  venuePort = Number(/127\.0\.0\.1:(\d+)/.exec(String(line))?.[1])
}

async function killVenue(): Promise<void> {
  venueProcess.kill('SIGKILL')
  await once(venueProcess, 'close')
  await startVenue()
}

/** Resolves with the server that runs: the one that is being started, where one is. */
let restarted: Promise<void> = Promise.resolve()
function killServer(): void {
  server.child.kill('SIGKILL')
  restarted = (async () => {
    await server.ended
    server = await startTrading(directory, serverPort)
  })()
}

/** Asks until there is an answer, whichever server gives it. */
async function persist<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    await restarted
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
    }
  }
}

/** Under its key it is done once, however often it is asked for. */
const ask = (command: string, input: Plain, key: string) => persist(() => server.execute(command, input, key))

async function run<Result>(command: string, input: Plain): Promise<Result> {
  const settled = await server.execute(command, input, `set-up ${JSON.stringify(input, bigText)}`)
  if (settled.kind === 'refused') throw new Error(`${command}: ${settled.refusal.detail}`)
  return settled.result as Result
}
const bigText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

let steps = 0
let deaths: Promise<void> = Promise.resolve()
function countStep(): void {
  steps += 1
  if (steps % SERVER_DIES_EVERY === 0) killServer()
  if (steps % VENUE_DIES_EVERY === 0) deaths = deaths.then(killVenue)
}

const placed: number[] = []
/** What may become of a wish whose order has moved on meanwhile. */
const LATE = ['not_visible', 'transition_invalid', 'order_rejected']

async function client(name: number, account: number, instrument: number): Promise<void> {
  const own: number[] = []
  for (let step = 0; step < STEPS_OF_CLIENT; step += 1) {
    const key = `client-${name}-${step}`
    const kind = luck(10)
    const order = own[Math.max(0, own.length - 1 - luck(6))]
    const limit = `${20 + luck(10)}.${10 + luck(90)}`
    const quantity = BigInt(1 + luck(20))
    if (kind < 6 || order === undefined) {
      const side = luck(3) === 0 ? 'sell' : 'buy'
      const input = limitOrder({ account, instrument, side, quantity, price: limit, clientOrderId: key })
      const settled = await ask('orders.place', input, key)
      if (settled.kind === 'refused') expect(settled.refusal.code).toBe('order_rejected')
      else own.push((settled.result as { order: number }).order)
    } else {
      const settled = await (kind < 8
        ? ask('orders.cancel', { order }, key)
        : ask('orders.replace', replacement(order, quantity, limit), key))
      if (settled.kind === 'refused') expect(LATE).toContain(settled.refusal.code)
    }
    countStep()
    // Now and then the next wish comes before the venue has answered this one.
    const last = order ?? own.at(-1)
    if (last !== undefined && luck(4) > 0) await persist(() => server.answered(last))
  }
  placed.push(...own)
}

/** Everything that is still open is asked back; resolves when nothing is, and nobody has anything left to say. */
async function comeToRest(accounts: readonly number[]): Promise<void> {
  for (const account of accounts)
    await ask('orders.cancel_all', { account, instrument: null, side: null }, `end-${account}`)
  for (;;) {
    const open = await server.read<{ items: unknown[] }>('orders.open', {
      accounts,
      instruments: null,
      after: null,
      limit: 500,
    })
    const { messages, reports } = await call('GET', `/venues/${venue.venue}`)
    const { taken, told } = readJournal()
    if (open.items.length === 0 && taken === messages && told.length === reports) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Told {
  readonly number: number
  readonly kind: string
  readonly order: string
  readonly price: string
  readonly quantity: string
  readonly fee: string
}
interface Message {
  readonly number: number
  readonly action: string
  readonly order: string
  readonly side: 'buy' | 'sell'
}

/** The venue's own book, from its journal alone. */
function readJournal() {
  const lines = readFileSync(journalFile, 'utf8').split('\n').slice(0, -1)
  const steps = lines.map((line) => JSON.parse(line) as { message?: Message; told: Told[] })
  const messages = steps.flatMap(({ message }) => message ?? [])
  return { messages, taken: messages.at(-1)?.number ?? 0, told: steps.flatMap(({ told }) => told) }
}

const micro = (price: string): bigint => BigInt(price.replace('.', '')) // six decimals

interface VenueOrder {
  readonly side: 'buy' | 'sell'
  state: string
  filled: bigint
  cost: bigint
  fees: bigint
}

function venueBook(): ReadonlyMap<number, VenueOrder> {
  const { messages, told } = readJournal()
  expect(messages.map(({ number }) => number)).toEqual(messages.map((_, at) => at + 1))
  expect(told.map(({ number }) => number)).toEqual(told.map((_, at) => at + 1))
  const book = new Map<number, VenueOrder>()
  for (const { action, order, side } of messages) {
    if (action !== 'place') continue
    expect(book.has(Number(order.slice(4)))).toBe(false)
    book.set(Number(order.slice(4)), { side, state: 'new', filled: 0n, cost: 0n, fees: 0n })
  }
  for (const { kind, order, price, quantity, fee } of told) {
    const own = book.get(Number(order.slice(4))) as VenueOrder
    if (kind === 'filled') {
      own.filled += BigInt(quantity)
      // A USD amount counts 10^-6.
      own.cost += micro(price) * BigInt(quantity)
      own.fees += usd(fee)
    }
    if (kind === 'cancelled' || kind === 'rejected') own.state = kind
  }
  for (const own of book.values()) if (own.state === 'new') own.state = 'filled'
  return book
}

async function stemmaOrders(): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = []
  for (let after: readonly Plain[] | null = null; ; ) {
    const page: readonly HistoryRow[] = await server.history('orders', {
      limit: 500,
      ...(after === null ? {} : { after }),
    })
    rows.push(...page)
    if (page.length < 500) return rows
    after = [page.at(-1)?.id ?? 0]
  }
}

test(`neither an order nor a fill is lost or doubled (seed ${seed})`, async () => {
  toVenue = await cutWire(() => venuePort, luck, CUTS_OF_HUNDRED)
  toServer = await cutWire(() => Number(serverPort), luck, CUTS_OF_HUNDRED)
  server = await startTrading(directory, '0')
  serverPort = new URL(server.url).port
  venue = await call('POST', '/venues', {
    name: 'exchange',
    display_name: 'Exchange',
    url: `http://127.0.0.1:${toVenue.port}/`,
  })
  await startVenue()
  const instrument = await outsideShare(run, 'SHARE', 'exchange')
  const accounts: number[] = []
  for (let name = 0; name < CLIENTS; name += 1)
    accounts.push(await fundedAccount(run, server.root, `client-${name}`, START_MONEY))

  await Promise.all(accounts.map((account, name) => client(name, account, instrument)))
  await restarted
  await deaths
  expect(Math.min(toVenue.cuts, toServer.cuts)).toBeGreaterThan(5)
  toVenue.mend()
  toServer.mend()
  await comeToRest(accounts)

  const book = venueBook()
  const orders = await stemmaOrders()
  expect(orders.map(({ id }) => id).sort()).toEqual([...book.keys()].sort())
  expect([...placed].sort()).toEqual([...book.keys()].sort())
  expect(new Set(orders.map(({ client_order_id: id }) => id)).size).toBe(orders.length)
  for (const { id, state, filled, cost, fees } of orders) {
    const { side: _side, ...own } = book.get(id as number) as VenueOrder
    expect({ state, filled, cost, fees }, `ord_${id}`).toEqual(own)
  }
  await checkMoney(accounts, instrument, orders, book)
  expect(await call('GET', '/verify')).toMatchObject({ holds: true })
  for (const child of [venueProcess, server.child]) child.kill('SIGTERM')
  await server.ended
  expect(await verifyData(readConfiguration({ STEMMA_DATA: directory }))).toMatchObject({ holds: true })
}, 240_000)

/** Positions and cash, the street's too, are what the venue's journal makes of them. */
async function checkMoney(
  accounts: readonly number[],
  instrument: number,
  orders: readonly HistoryRow[],
  book: ReadonlyMap<number, VenueOrder>,
): Promise<void> {
  let [streetHeld, streetCash] = [0n, 0n]
  for (const account of accounts) {
    let [held, cash] = [0n, usd(START_MONEY)]
    for (const { id } of orders.filter((order) => order.account === account)) {
      const { side, filled, cost, fees } = book.get(id as number) as VenueOrder
      const sign = side === 'buy' ? 1n : -1n
      held += sign * filled
      cash -= sign * cost + fees
      streetHeld -= sign * filled
      streetCash += sign * cost
    }
    expect(await standing(account, instrument)).toEqual({ held, cash })
  }
  const street = Number(venue.street.slice('acc_'.length))
  expect(await standing(street, instrument)).toEqual({ held: streetHeld, cash: streetCash })
}

async function standing(account: number, instrument: number): Promise<{ held: bigint; cash: bigint }> {
  const { quantity } = await server.read<{ quantity: bigint }>('positions.get', { account, instrument })
  const { items } = await call('GET', `/accounts/acc_${account}/balances`)
  const [usdBalance] = items as readonly { readonly posted: string }[]
  return { held: quantity, cash: usd(usdBalance?.posted ?? '0') }
}
