/**
 * A simulated world: users and processes around one journal, everything between them drawn from the seed. What a process
 * tells is held against the journal and the model; what breaks a law is noted as a finding.
 */
import { DAY, type Event, MILLISECOND, type Plain, stateHash } from '@stemma/core'
import { Deposed, MemoryJournal, MemoryStore } from '@stemma/store'
import { Auditor } from '../auditor/auditor.js'
import type { Finding } from '../auditor/finding.js'
import { Calls } from './calls.js'
import { EffectsOutside } from './effects-outside.js'
import { Follower } from './followers.js'
import { sha256 } from './hasher.js'
import { JournalWatch } from './journal-watch.js'
import { Model } from './model.js'
import { openBook } from './opening.js'
import { Processes } from './processes.js'
import type { SeededRandom } from './random.js'
import { Replies } from './replies.js'
import { difference } from './same.js'
import { DISK_FAULTS, SimulatedDisk } from './simulated-disk.js'
import { SimulatedNetwork } from './simulated-network.js'
import type { Parts, SimulatedProcess } from './simulated-process.js'
import { SimulatedTime } from './simulated-time.js'
import { Traffic } from './traffic.js'
import { Users } from './users.js'

export type Noted = Finding & { readonly step: number }

export interface WorldCounts {
  readonly done: number
  readonly refused: number
  readonly repeated: number
  /** Of those that were done: money that went out, or to another owner, by its address. */
  readonly sent: number
  /** Executions that were fills. */
  readonly fills: number
  /** Addresses that were taken, and those that came into a book or left it. */
  readonly addresses: number
  readonly crashes: number
  readonly takeOvers: number
  /** Processes that ended by themselves: their disk failed, or somebody else wrote. */
  readonly ends: number
  readonly effects: number
  readonly batches: number
  readonly sequence: number
}

/** What becomes of the processes in a step. */
const DISTURBANCES = { kill: 10, cutOff: 3, freeze: 5, killStandby: 2, none: 980 } as const
const REST_ROUNDS = 600
const REST_MILLISECONDS = 1_000
const FOLLOWERS_MAX = 3

export class World {
  readonly findings: Noted[] = []
  private readonly time = new SimulatedTime()
  private readonly journal = new MemoryJournal()
  private readonly model = new Model()
  private readonly watch: JournalWatch
  private readonly replies: Replies
  private readonly disk: SimulatedDisk
  private readonly network: SimulatedNetwork
  private readonly outside: EffectsOutside
  private readonly processes: Processes
  private readonly followers: readonly Follower[]
  private readonly calls: Calls
  private traffic: Traffic | null = null
  private users: Users | null = null
  private at = 0

  constructor(
    private readonly random: SeededRandom,
    parts: Parts,
  ) {
    const { time, journal, model } = this
    const note = (found: readonly Finding[]): void => this.note(found)
    this.watch = new JournalWatch(journal, model, note)
    this.replies = new Replies(model, note)
    this.disk = new SimulatedDisk(time, random, () => this.watch.look())
    this.network = new SimulatedNetwork(time, random)
    this.outside = new EffectsOutside(time, random, this.watch, note)
    this.processes = new Processes({
      parts,
      disk: this.disk,
      journal,
      random,
      deliver: (delivery) => this.outside.deliver(delivery),
      onWriter: (process) => this.begin(process),
      onThaw: (process) => this.askAtOnce(process),
      onEnd: (error) => this.checkEnd(error),
    })
    this.calls = new Calls({
      random,
      time,
      network: this.network,
      journal,
      watch: this.watch,
      replies: this.replies,
      processes: this.processes,
      note,
    })
    this.followers = Array.from(
      { length: random.between(1, FOLLOWERS_MAX) },
      () => new Follower(this.watch, note),
    )
  }

  /** Opens the book while nothing fails; from then on everything may. */
  async open(): Promise<void> {
    await this.processes.start()
    for (let round = 0; round < REST_ROUNDS && this.processes.current === null; round += 1)
      await this.time.pass(1)
    const { current } = this.processes
    if (current === null) throw new Error('expected a process to begin to write')
    const run = (command: string, input: Plain) => this.runAtOnce(current, command, input)
    const operators = await openBook(this.random, current.engine, run)
    this.traffic = new Traffic(this.random, current.engine)
    this.users = new Users(this.random, this.traffic, operators)
    Object.assign(this.disk.faults, DISK_FAULTS)
    this.network.fail(this.random.below(10) / 100, this.random.below(15) / 100)
  }

  async step(step: number): Promise<void> {
    const { random, time, processes } = this
    this.at = step
    // While nobody answers there is little to see.
    const isQuiet = processes.current?.frost.isFrozen ?? true
    await time.pass(random.below(isQuiet ? 500 : 20))
    // A clock that is set back must not set the image back.
    if (random.chance(0.01)) time.jump(-50)
    if (random.chance(0.003)) time.jump((random.below(3) * DAY) / MILLISECOND)
    const { current } = processes
    if (current !== null && this.users !== null) {
      for (let count = random.between(0, 3); count > 0; count -= 1)
        this.calls.ask(this.users.next(current.engine, this.watch.events.length))
      if (random.chance(0.02)) random.pick(this.followers).resume(current)
    }
    this.disturb(random.weighted(DISTURBANCES))
    if (random.chance(0.003)) this.fillDisk()
  }

  private disturb(how: keyof typeof DISTURBANCES): void {
    if (how !== 'none') this.processes[how]()
  }

  /** Every law that the state of the process can break, durable or not. */
  async audit(): Promise<void> {
    const { current } = this.processes
    if (current !== null) this.note(new Auditor(current.engine, sha256).auditState())
  }

  /** Nothing fails any more: everything asked for is answered, told and delivered, and proves itself. */
  async end(): Promise<void> {
    this.disk.heal()
    this.network.fail(0, 0)
    this.outside.failing = 0
    for (let round = 0; round < REST_ROUNDS && this.unrest() !== null; round += 1)
      await this.time.pass(REST_MILLISECONDS)
    const unrest = this.unrest()
    if (unrest !== null) this.note([{ law: 'everything comes to rest', detail: unrest }])
    await this.audit()
    await this.watch.audit()
    this.replies.audit()
  }

  hash(): string {
    return this.watch.hash()
  }

  counts(): WorldCounts {
    return {
      ...this.replies.counts,
      ...this.processes.counts,
      fills: this.watch.events.filter(isFill).length,
      addresses: this.watch.events.filter(isOfAddress).length,
      effects: this.outside.size,
      batches: this.watch.batches,
      sequence: this.watch.sequence,
    }
  }

  private unrest(): string | null {
    const { current } = this.processes
    if (current === null) return 'no process is there'
    if (this.calls.waiting > 0) return `${this.calls.waiting} requests have no answer`
    if (current.engine.image.head.sequence !== this.watch.sequence) return 'not everything is durable'
    if (this.followers.some(({ isLevel }) => !isLevel)) return 'a stream has not told everything'
    const missing = this.outside.missing()
    return missing.length > 0 ? `effects ${missing.join(', ')} did not arrive` : null
  }

  /** A process is there: the model goes on with its calls, and it has to stand where the journal does. */
  private async begin(process: SimulatedProcess): Promise<void> {
    const { model } = this
    await model.follow(process.engine.calls, (image) => new MemoryStore(0, this.journal).load(image))
    const [expected, was] = [model.engine, process.engine].map(({ image }) => stateHash(image, sha256()))
    const detail = difference(expected, was)
    if (detail !== null) this.note([{ law: 'a start finds everything that is durable', detail }])
    this.traffic?.follow(process.engine)
    for (const follower of this.followers) follower.resume(process)
  }

  /** Whoever had a connection to a frozen process asks as it goes on, before anything else reaches it. */
  private askAtOnce(process: SimulatedProcess): void {
    if (this.users !== null) this.calls.put(process, this.users.read(process.engine))
  }

  private checkEnd(error: Error): void {
    if (error instanceof Deposed || this.disk.isOf(error)) return
    this.note([{ law: 'a process ends only by its disk', detail: error.message }])
  }

  private fillDisk(): void {
    this.disk.isFull = true
    this.time.after(this.random.below(1_000), () => {
      this.disk.isFull = false
    })
  }

  private async runAtOnce(
    { host }: SimulatedProcess,
    command: string,
    input: Plain,
  ): Promise<Readonly<Record<string, Plain>>> {
    const settling = host.execute({ command, input, actor: { kind: 'system' } })
    for (let isSettled = false; !isSettled; ) {
      void settling.then(() => {
        isSettled = true
      })
      await this.time.pass(1)
    }
    const settled = await settling
    if (settled.kind !== 'done')
      throw new Error(`expected ${command} to be done, was ${JSON.stringify(settled)}`)
    return settled.result as Readonly<Record<string, Plain>>
  }

  private note(found: readonly Finding[]): void {
    this.findings.push(...found.map((finding) => ({ ...finding, step: this.at })))
  }
}

const isOfAddress = ({ kind }: Event): boolean => /^(?:address_book|deposit_address)\./.test(kind)
const isFill = ({ kind }: Event): boolean => kind === 'order.filled' || kind === 'order.partially_filled'
