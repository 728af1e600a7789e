/**
 * An outside venue in a process of its own, which is killed, whose wire is cut in both directions, and a real server
 * process, which is killed as well. Clients send orders to it over HTTP, on the wire that is cut: at the end every order,
 * every fill and every cent is the same in both books, and the drop copy has told each of them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StemmaClient, type StemmaExecution, StemmaRefusal, StemmaUnreachable } from '@stemma/client'
import { afterAll, expect, test } from 'vitest'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { freshFolder } from './testing/book-server.js'
import { type CutWire, cutWire } from './testing/cut-wire.js'
import { usd } from './testing/outside.js'
import { type ServerProcess, startBookProcess } from './testing/server-process.js'

type Account = `acc_${number}`
type Order = `ord_${number}`
type Party = `pty_${number}`

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'outside-venue.mjs')
const CLIENTS = 6
const STEPS_OF_CLIENT = 25
/** Steps of all clients between two deaths, of the venue and of the server. */
const VENUE_DIES_EVERY = 40
const SERVER_DIES_EVERY = 60
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
let server: ServerProcess
let serverPort = 0
let venueProcess: ChildProcess
let venuePort = 0
let venue: { readonly venue: `ven_${number}`; readonly secret: string | null; readonly street: Account }
let [toVenue, toServer]: CutWire[] = []
let stemma: StemmaClient
afterAll(async () => {
  for (const child of [server?.child, venueProcess]) child?.kill('SIGKILL')
  toVenue?.close()
  toServer?.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Fails when the venue ends without having been killed: nothing would come to rest any more. */
let failEarly: (error: Error) => void = () => {}
const endedByItself = new Promise<never>((_resolve, reject) => {
  failEarly = reject
})
endedByItself.catch(() => {})

async function startVenue(): Promise<void> {
  const child = spawn(process.execPath, [EXAMPLE], {
    env: {
      PATH: process.env.PATH,
      STEMMA_URL: `http://127.0.0.1:${toServer?.port}`,
      STEMMA_API_KEY: server.key,
      VENUE: venue.venue,
      VENUE_SECRET: venue.secret ?? '',
      VENUE_PORT: String(venuePort),
      VENUE_JOURNAL: journalFile,
      VENUE_PACE: '5',
      VENUE_SEED: String(seed),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  venueProcess = child
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  child.once('close', (code, signal) => {
    if (signal === null) failEarly(new Error(`the venue ended by itself with ${code}:\n${written}`))
  })
  const [line] = (await Promise.race([once(child.stdout, 'data'), endedByItself])) as [Buffer]
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
  server.kill('SIGKILL')
  restarted = (async () => {
    await server.ended
    server = await startBookProcess(directory, serverPort)
  })()
}

type Call = StemmaClient['call']

/** Asks until there is an answer, whichever server gives it; under its key it is done once, however often it is asked. */
const ask = (async (operation, input, options) => {
  for (;;) {
    await restarted
    try {
      return await stemma.call(operation, input, options)
    } catch (thrown) {
      if (!(thrown instanceof StemmaUnreachable)) throw thrown
    }
  }
}) as Call
const under = (idempotencyKey: string) => ({ idempotencyKey })

/** What the drop copy has told, by execution; it is followed through every cut and death. */
const told = new Map<string, StemmaExecution>()
const stateOf = new Map<string, string>()
const waiting = new Map<string, () => void>()
async function followDropCopy(root: string, signal: AbortSignal): Promise<void> {
  for await (const report of stemma.dropCopy({ under: root, after: '0.0' }, signal)) {
    told.set(report.id, report)
    // Of a move: no order is behind it.
    if (report.order === null) continue
    stateOf.set(report.order, report.after?.state ?? '')
    if (!isPending(report.order)) waiting.get(report.order)?.()
  }
}
const isPending = (order: string): boolean => stateOf.get(order)?.startsWith('pending_') ?? true

/** Resolves when the drop copy has told that the venue answered. */
async function answered(order: string): Promise<void> {
  if (!isPending(order)) return
  await new Promise<void>((resolve) => waiting.set(order, resolve))
  waiting.delete(order)
}

let steps = 0
let deaths: Promise<void> = Promise.resolve()
function countStep(): void {
  steps += 1
  if (steps % SERVER_DIES_EVERY === 0) killServer()
  if (steps % VENUE_DIES_EVERY === 0) {
    deaths = deaths.then(killVenue)
    // A venue that does not come back fails the test by what it ended with.
    deaths.catch(() => {})
  }
}

const placed: Order[] = []
/** What may become of a wish whose order has moved on meanwhile. */
const LATE = ['not_visible', 'transition_invalid', 'order_rejected', 'order_not_open']

/** Null where it was refused by one of these. */
async function unless<Made extends { readonly order: Order }>(
  codes: readonly string[],
  asked: Promise<Made>,
): Promise<Order | null> {
  try {
    return (await asked).order
  } catch (thrown) {
    if (!(thrown instanceof StemmaRefusal)) throw thrown
    expect(codes).toContain(thrown.problem.code)
    return null
  }
}

async function client(name: number, account: Account, instrument: string): Promise<void> {
  const own: Order[] = []
  for (let step = 0; step < STEPS_OF_CLIENT; step += 1) {
    const key = `client-${name}-${step}`
    const kind = luck(10)
    const order = own[Math.max(0, own.length - 1 - luck(6))]
    const price = `${20 + luck(10)}.${10 + luck(90)}`
    const quantity = String(1 + luck(20))
    if (kind < 6 || order === undefined) {
      const side = luck(3) === 0 ? 'sell' : 'buy'
      const terms = { side, type: 'limit', time_in_force: 'gtc', price, quantity } as const
      const input = { account, instrument, client_order_id: key, ...terms }
      const made = await unless(['order_rejected'], ask('orders.place', input, under(key)))
      if (made !== null) own.push(made)
    } else
      await (kind < 8
        ? unless(LATE, ask('orders.cancel', { order }, under(key)))
        : unless(LATE, ask('orders.replace', { order, price, quantity }, under(key))))
    countStep()
    // Now and then the next wish comes before the venue has answered this one.
    const last = order ?? own.at(-1)
    if (last !== undefined && luck(4) > 0) await answered(last)
  }
  placed.push(...own)
}

/** Everything that is still open is asked back; resolves when nothing is, and nobody has anything left to say. */
async function comeToRest(accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) await ask('orders.cancel_all', { account }, under(`end-${account}`))
  for (;;) {
    const open = await ask('orders.open', { accounts: [...accounts] })
    const { messages, reports } = await ask('venues.get', { venue: venue.venue })
    const { taken, told: reported } = readJournal()
    if (open.items.length === 0 && taken === messages && reported.length === reports) return
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

function venueBook(): ReadonlyMap<string, VenueOrder> {
  const { messages, told } = readJournal()
  expect(messages.map(({ number }) => number)).toEqual(messages.map((_, at) => at + 1))
  expect(told.map(({ number }) => number)).toEqual(told.map((_, at) => at + 1))
  const book = new Map<string, VenueOrder>()
  for (const { action, order, side } of messages) {
    if (action !== 'place') continue
    expect(book.has(order)).toBe(false)
    book.set(order, { side, state: 'new', filled: 0n, cost: 0n, fees: 0n })
  }
  for (const { kind, order, price, quantity, fee } of told) {
    const own = book.get(order) as VenueOrder
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

type Orders = Awaited<ReturnType<typeof stemmaOrders>>
async function stemmaOrders(root: Party) {
  const rows = []
  for await (const row of stemma.items('orders.list', { under: root, limit: 500 })) rows.push(row)
  return rows
}

/** Shares in whole numbers, a cent a tick, open for trading at the venue. */
async function outsideShare(): Promise<string> {
  const share = { symbol: 'SHARE', display_name: 'Share', kind: 'equity', settlement_days: 1 } as const
  const units = { currency: 'USD', tick: '0.01', lot: '1', venue: 'exchange' }
  const { instrument } = await ask('instruments.create', { ...share, ...units }, under('share'))
  await ask('instruments.set_state', { instrument, state: 'open' }, under('open'))
  return instrument
}

async function fundedAccount(party: Party, name: string): Promise<Account> {
  const { account } = await ask(
    'accounts.open',
    { party, name, display_name: name, type: 'cash' },
    under(name),
  )
  const id = account as Account
  const money = { account: id, currency: 'USD', amount: START_MONEY, settle: true }
  await ask('deposits.create', money, under(`money-${name}`))
  return id
}

test(`neither an order nor a fill is lost or doubled (seed ${seed})`, async () => {
  toVenue = await cutWire(() => venuePort, luck, CUTS_OF_HUNDRED)
  toServer = await cutWire(() => serverPort, luck, CUTS_OF_HUNDRED)
  server = await startBookProcess(directory, 0)
  serverPort = Number(new URL(server.url).port)
  const baseUrl = `http://127.0.0.1:${toServer.port}`
  stemma = new StemmaClient({ baseUrl, apiKey: server.key, attemptsMax: 1, backoffMs: 1 })
  const made = { name: 'exchange', display_name: 'Exchange', url: `http://127.0.0.1:${toVenue.port}/` }
  venue = await new StemmaClient({ baseUrl: server.url, apiKey: server.key }).call('venues.create', made)
  await startVenue()
  const root = (await ask('identity.whoami', {})).party.id
  const instrument = await outsideShare()
  const accounts: Account[] = []
  for (let name = 0; name < CLIENTS; name += 1) accounts.push(await fundedAccount(root, `client-${name}`))
  const ending = new AbortController()
  const following = followDropCopy(root, ending.signal)

  const clients = accounts.map((account, name) => client(name, account, instrument))
  await Promise.race([Promise.all(clients), endedByItself])
  await restarted
  await deaths
  expect(Math.min(toVenue.cuts, toServer.cuts)).toBeGreaterThan(3)
  toVenue.mend()
  toServer.mend()
  await Promise.race([comeToRest(accounts), endedByItself])

  const book = venueBook()
  const orders = await stemmaOrders(root)
  expect(orders.map(({ id }) => id).sort()).toEqual([...book.keys()].sort())
  expect([...placed].sort()).toEqual([...book.keys()].sort())
  expect(new Set(orders.map(({ client_order_id: id }) => id)).size).toBe(orders.length)
  for (const { id, state, filled, cost, fees } of orders) {
    const { side: _side, ...own } = book.get(id) as VenueOrder
    expect({ state, filled: BigInt(filled), cost: usd(cost), fees: usd(fees) }, id).toEqual(own)
  }
  await checkMoney(accounts, instrument, orders, book)
  await Promise.all(orders.map(({ id }) => ended(id)))
  ending.abort()
  await following
  const fills = readJournal().told.filter(({ kind }) => kind === 'filled')
  expect([...told.values()].filter(({ trade }) => trade !== null)).toHaveLength(fills.length)
  expect(await ask('book.verify', {})).toMatchObject({ holds: true })
  for (const child of [venueProcess, server.child]) child.kill('SIGTERM')
  await server.ended
  expect(await verifyData(readConfiguration({ STEMMA_DATA: directory }))).toMatchObject({ holds: true })
}, 480_000)

/** Resolves when the drop copy has told how the order ended. */
async function ended(order: string): Promise<void> {
  while (!['filled', 'cancelled', 'rejected'].includes(stateOf.get(order) ?? ''))
    await new Promise((resolve) => setImmediate(resolve))
}

/** Positions and cash, the street's too, are what the venue's journal makes of them. */
async function checkMoney(
  accounts: readonly Account[],
  instrument: string,
  orders: Orders,
  book: ReadonlyMap<string, VenueOrder>,
): Promise<void> {
  let [streetHeld, streetCash] = [0n, 0n]
  for (const account of accounts) {
    let [held, cash] = [0n, usd(START_MONEY)]
    for (const { id } of orders.filter((order) => order.account === account)) {
      const { side, filled, cost, fees } = book.get(id) as VenueOrder
      const sign = side === 'buy' ? 1n : -1n
      held += sign * filled
      cash -= sign * cost + fees
      streetHeld -= sign * filled
      streetCash += sign * cost
    }
    expect(await standing(account, instrument)).toEqual({ held, cash })
  }
  expect(await standing(venue.street, instrument)).toEqual({ held: streetHeld, cash: streetCash })
}

async function standing(account: Account, instrument: string): Promise<{ held: bigint; cash: bigint }> {
  const { items: positions } = await ask('positions.list', { account })
  const position = positions.find((each) => each.instrument === instrument)
  const { items: balances } = await ask('balances.list', { account })
  return { held: BigInt(position?.quantity ?? '0'), cash: usd(balances[0]?.posted ?? '0') }
}
