/**
 * The kill loop: a real server under load from real clients over HTTP, WebSocket and gRPC, killed without warning at
 * moments drawn from a seed, started again, and asked about everything. Whatever was acknowledged is there once, the rest
 * wholly or not at all, and the streams went on without a gap.
 */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { idMeant, idShown } from '../../surfaces/polymarket-us/trading/ids.js'
import { type ServerProcess, spawnServer, startProcess } from '../server-process.js'
import { grpcOrders, httpClient, sendTransfer, socketClient } from './clients.js'
import { DropCopyFollower } from './drop-copy-follower.js'
import { SocketFollower, SseFollower } from './followers.js'
import {
  accountOf,
  balanceOf,
  cents,
  type EventItem,
  eventsAfter,
  executionsAfter,
  get,
  newestEntries,
} from './reads.js'
import { draw, Round, type Transfer } from './round.js'

export interface LoopOptions {
  readonly directory: string
  /** As `STEMMA_STORE`. */
  readonly store: string
  readonly seed: number
}

export interface RoundReport {
  readonly round: number
  readonly acknowledged: number
  /** Sent and not answered, and there all the same. */
  readonly unansweredDone: number
  readonly unansweredLost: number
  readonly events: number
  /** Of the firm whose drop copy is followed. */
  readonly executions: number
  readonly killedAtStart: boolean
}

/** What a server is to go down under. */
export interface Adversity {
  /** Words before its command. */
  readonly under: readonly string[]
  /** Called at each answer, with how many there were. */
  answered?(answers: number): void
  /** Called when the server has ended: what comes next is sound. */
  over?(): void
}

export interface Ended {
  readonly how: number | NodeJS.Signals | null
  readonly said: string
}

const ANSWERS_MAX = 400
const START_MILLISECONDS_MAX = 1_500
/** Of those that were acknowledged, so many are sent again. */
const SENT_AGAIN = 20

export class KillLoop {
  private readonly followers: readonly [SseFollower, SocketFollower]
  private readonly dropCopy: DropCopyFollower
  private following: readonly Promise<void>[] = []

  private constructor(
    private readonly options: LoopOptions,
    private server: ServerProcess,
    private readonly accounts: readonly [string, string],
    private readonly firm: string,
    /** The last event of the rounds before. */
    private last: string,
    /** The last execution of the firm in the rounds before. */
    private lastExecution: string,
  ) {
    this.followers = [new SseFollower('SSE', last), new SocketFollower('WebSocket', last)]
    this.dropCopy = new DropCopyFollower(options.directory)
    this.follow()
  }

  static async open(options: LoopOptions): Promise<KillLoop> {
    const server = await startProcess(options.directory, options)
    const accounts = [
      await accountOf(server, 'api-acme-holding'),
      await accountOf(server, 'api-acme-account-1'),
    ] as const
    const { items } = await get(server, '/events?under=pty_1&newest_first=true&limit=1')
    const firm = (await get(server, '/parties?search=api-acme-participantfirm')).items[0].id
    const copied = await get(server, `/drop-copy?under=${firm}&newest_first=true&limit=1`)
    const loop = new KillLoop(options, server, accounts, firm, items[0].id, copied.items[0]?.id ?? '')
    await loop.dropCopy.begun
    return loop
  }

  async round(number: number): Promise<RoundReport> {
    const { seed } = this.options
    const most = 1 + draw(seed, 2 * number, ANSWERS_MAX)
    let answers = 0
    const round = new Round(number, () => {
      answers += 1
      if (answers === most) this.server.kill('SIGKILL')
    })
    const start = await this.balances()
    await this.work(round)
    equal(await this.server.ended, 'SIGKILL', this.server.said())
    const killedAtStart = draw(seed, 2 * number + 1, 4) === 0
    if (killedAtStart) await this.killAtStart(draw(seed, 3 * number, START_MILLISECONDS_MAX))
    return { ...(await this.prove(round, start)), killedAtStart }
  }

  /** Goes on under something that will end the server by itself, and gives what it said and how it ended. */
  async roundUnder(number: number, { under, answered, over }: Adversity): Promise<RoundReport & Ended> {
    await this.end()
    this.server = await startProcess(this.options.directory, { ...this.options, under })
    this.follow()
    let answers = 0
    const round = new Round(number, () => answered?.(++answers))
    const start = await this.balances()
    await this.work(round)
    over?.()
    const ended = { how: await this.server.ended, said: this.server.said() }
    return { ...(await this.prove(round, start)), ...ended, killedAtStart: false }
  }

  /** Ends the server as it should be ended. */
  async end(): Promise<void> {
    this.server.kill('SIGTERM')
    equal(await this.server.ended, 0, this.server.said())
    await Promise.all(this.following)
  }

  /** After a failure: nothing is left behind. */
  async abandon(): Promise<void> {
    this.server.kill('SIGKILL')
    await this.server.ended
  }

  /** Clients of every kind, until the server is gone. */
  private async work(round: Round): Promise<void> {
    const { server, accounts } = this
    await Promise.all([
      httpClient(server, round, 'http-1', accounts),
      httpClient(server, round, 'http-2', accounts),
      socketClient(server, round, 'socket', accounts),
      grpcOrders(server, this.options.directory, round, 'grpc'),
    ])
    await Promise.all(this.following)
  }

  /** Starts a server again and asks it about everything. */
  private async prove(
    round: Round,
    start: readonly [bigint, bigint],
  ): Promise<Omit<RoundReport, 'killedAtStart'>> {
    this.server = await startProcess(this.options.directory, this.options)
    this.follow()
    const survived = await this.check(round)
    await this.sendAgain(round, survived)
    const events = await this.checkStreams()
    const executions = await this.checkDropCopy()
    await this.checkBalances(round, start)
    deepEqual((await get(this.server, '/verify')).holds, true, 'the book proves itself')
    const unanswered = [...round.transfers.keys()].filter((key) => !round.done.has(key))
    const unansweredDone = unanswered.filter((key) => survived.has(key)).length
    return {
      round: round.number,
      acknowledged: round.done.size + round.placed.size + round.cancelled.size,
      unansweredDone,
      unansweredLost: unanswered.length - unansweredDone,
      events,
      executions,
    }
  }

  private follow(): void {
    this.following = [...this.followers, this.dropCopy].map((follower) => follower.follow(this.server))
  }

  /** Killed while it starts: it may have served nobody yet. */
  private async killAtStart(milliseconds: number): Promise<void> {
    const starting = spawnServer(this.options.directory, this.options)
    const timer = setTimeout(() => starting.kill('SIGKILL'), milliseconds)
    await starting.ended
    clearTimeout(timer)
  }

  /** What became of the round, by key: each at most once, and everything that was acknowledged. */
  private async check(round: Round): Promise<ReadonlyMap<string, string>> {
    const events = await eventsAfter(this.server, this.last)
    const transfers = new Map<string, string>()
    const orders = new Map<string, string>()
    const cancelled = new Set<string>()
    for (const { kind, subject, data } of events) {
      if (kind === 'transfer.completed' && round.transfers.has(data.description)) {
        ok(!transfers.has(data.description), `${data.description} was carried out twice`)
        transfers.set(data.description, subject)
        checkWhole(round.transfers.get(data.description) as Transfer, data)
      }
      if (kind === 'order.accepted' && round.orders.has(data.order.clientOrderId)) {
        ok(!orders.has(data.order.clientOrderId), `${data.order.clientOrderId} was placed twice`)
        orders.set(data.order.clientOrderId, subject)
      }
      if (kind === 'order.cancelled') cancelled.add(subject)
    }
    for (const [key, id] of round.done) equal(transfers.get(key), id, `${key} was acknowledged`)
    for (const [key, id] of round.placed)
      equal(orders.get(key), `ord_${idMeant(id)}`, `${key} was acknowledged`)
    for (const key of round.cancelled)
      ok(cancelled.has(orders.get(key) ?? ''), `the end of ${key} was acknowledged`)
    await this.checkEntries(transfers, round)
    return transfers
  }

  /** Both sides of each transfer stand in the history of their accounts, once, and nothing else of the round does. */
  private async checkEntries(transfers: ReadonlyMap<string, string>, round: Round): Promise<void> {
    for (const account of this.accounts) {
      const entries = await newestEntries(this.server, account, transfers.size)
      const was = entries.map(({ subject, description, amount }) => [subject, description, amount])
      const expected = [...transfers].map(([key, id]) => {
        const { from, amount } = round.transfers.get(key) as Transfer
        return [id, key, from === account ? `-${amount}` : amount]
      })
      deepEqual(was.sort(), expected.sort())
    }
  }

  /** Every key that had no answer, and some that had one: carried out if it was not, answered as before if it was. */
  private async sendAgain(round: Round, survived: ReadonlyMap<string, string>): Promise<void> {
    let known = 0
    for (const [key, transfer] of round.transfers) {
      if (round.done.has(key)) known += 1
      if (round.done.has(key) && known > SENT_AGAIN) continue
      const sent = await sendTransfer(this.server, key, transfer)
      equal(sent.isReplayed, survived.has(key), key)
      if (survived.has(key)) equal(sent.transfer, survived.get(key), key)
    }
  }

  /** The streams told exactly what happened since the last round, in order. */
  private async checkStreams(): Promise<number> {
    const events = await eventsAfter(this.server, this.last)
    const last = events.at(-1)
    if (last === undefined) return 0
    const expected = events.map(({ id, kind, subject }) => ({ id, kind, subject }))
    for (const [at, follower] of this.followers.entries()) {
      await follower.until(last.id, this.following[at] as Promise<void>)
      deepEqual(follower.take(), expected, `${follower.name} tells every event once`)
    }
    this.last = last.id
    return events.length
  }

  /** The drop copy over gRPC told every execution of the firm once, in the order in which the native surface lists them. */
  private async checkDropCopy(): Promise<number> {
    const { dropCopy, following } = this
    const executions = await executionsAfter(this.server, this.firm, this.lastExecution)
    const last = executions.at(-1)
    if (last === undefined) return 0
    const numbers = executions.map((id) => Number(id.replace(/^[a-z]+_/, '')))
    await dropCopy.until(idShown(numbers.at(-1)), following.at(-1) as Promise<void>)
    deepEqual(
      dropCopy.take().map(({ id }) => idMeant(id)),
      numbers,
      'the drop copy over gRPC tells every execution once',
    )
    this.lastExecution = last
    return executions.length
  }

  private balances(): Promise<readonly [bigint, bigint]> {
    const [one, other] = this.accounts
    return Promise.all([balanceOf(this.server, one), balanceOf(this.server, other)])
  }

  private async checkBalances(round: Round, [one, other]: readonly [bigint, bigint]): Promise<void> {
    let moved = 0n
    for (const { from, amount } of round.transfers.values())
      moved += from === this.accounts[0] ? -cents(amount) : cents(amount)
    deepEqual(await this.balances(), [one + moved, other - moved])
  }
}

/** An event has the whole transfer, both sides of it. */
function checkWhole({ amount }: Transfer, data: EventItem['data']): void {
  const guarded = cents(amount) * 10_000n
  deepEqual(
    data.entries.map((entry: { readonly amount: string }) => entry.amount),
    [`${-guarded}`, `${guarded}`],
  )
}
