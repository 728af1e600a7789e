/** A store whose disk can be held up or broken by a test. Everything else is the store that it wraps. */
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, Image, KeyedResult } from '@stemma/core/image'
import type { Appended, ChainReport, Lag, Loaded, Store, WriterSeen } from '../port.js'

export class FaultyStore implements Store {
  private gate: Promise<void> = Promise.resolve()
  private answerGate: Promise<void> = Promise.resolve()
  private open: () => void = () => {}
  private appendFailure: Error | null = null
  private forcedLag: Lag | null = null

  constructor(private readonly store: Store) {}

  get sharing(): Store['sharing'] {
    return this.store.sharing
  }

  /** From now on appends and renewals wait, and keep their order. */
  holdAppends(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve
    })
  }

  /** From now on appends and renewals happen, but nobody hears that they did. */
  holdAnswers(): void {
    this.answerGate = new Promise((resolve) => {
      this.open = resolve
    })
  }

  releaseAppends(): void {
    this.open()
  }

  /** The next append that reaches the disk fails, and with it every later one. */
  failAppends(error: Error): void {
    this.appendFailure = error
  }

  /** Pretends that the tables are that far behind; null ends the pretence. */
  forceLag(lag: Lag | null): void {
    this.forcedLag = lag
  }

  async append(batch: Batch): Promise<Appended> {
    await this.gate
    if (this.appendFailure !== null) throw this.appendFailure
    const appended = await this.store.append(batch)
    await this.answerGate
    return appended
  }

  async renew(): Promise<void> {
    await this.gate
    await this.store.renew()
    await this.answerGate
  }

  catchUp(image: Image): Promise<readonly Batch[]> {
    return this.store.catchUp(image)
  }
  writer(): Promise<WriterSeen> {
    return this.store.writer()
  }
  takeOver(seen: WriterSeen, address: string): Promise<Appended | null> {
    return this.store.takeOver(seen, address)
  }
  load(image: Image): Promise<Loaded> {
    return this.store.load(image)
  }
  find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.store.find(table, query)
  }
  resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.store.resultOf(sequence)
  }
  lag(): Lag {
    return this.forcedLag ?? this.store.lag()
  }
  failure(): Error | null {
    return this.store.failure()
  }
  settled(): Promise<void> {
    return this.store.settled()
  }
  verifyChain(): Promise<ChainReport> {
    return this.store.verifyChain()
  }
  close(): Promise<void> {
    return this.store.close()
  }
}
