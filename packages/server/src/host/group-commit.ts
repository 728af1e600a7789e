/**
 * Group commit: what commands changed while a write was in flight is the next write, so there is no queue and no timer.
 * A batch is closed before it could outgrow a record. After a failed write none follows.
 */
import type { Batch, Engine } from '@stemma/core'
import { eventBytesMax, rowBytesMax, type Store } from '@stemma/store'
import type { Lease } from './lease.js'

export interface CommitOptions {
  readonly engine: Engine
  readonly store: Pick<Store, 'append'>
  /** Where others stand by: a batch counts once it is certain that nobody else has written. */
  readonly lease: Lease | null
  /** Called with each batch once it is durable, in order. */
  readonly onCommitted: (batch: Batch, seconds: number) => void
  /** Called once. */
  readonly onFailed: (error: Error) => void
}

/** Sequences in one record at the most: keeps a record well below the store's limit in bytes. */
const BATCH_SEQUENCES_MAX = 1_000
/** A batch is closed when it may have this size; the record's limit is twice that. */
const BATCH_BYTES_MAX = 4 * 2 ** 20
/** The table whose due rows are steps of processes. */
const PROCESSES = 'processes'

export class GroupCommit {
  private readonly sealed: Batch[] = []
  private pendingBytes = 0
  private isWriting = false
  private isFlushPlanned = false
  private failure: Error | null = null
  private drained: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []

  constructor(private readonly options: CommitOptions) {
    this.measureBatches()
  }

  /** Closes the batch where so many more bytes may not fit. */
  makeRoom(bytes: number): void {
    if (this.pendingBytes + bytes > BATCH_BYTES_MAX) this.seal()
  }

  /** What joins the batch beside its rows and events. */
  count(bytes: number): void {
    this.pendingBytes += bytes
  }

  /** Closes the batch where it has as many sequences as one may have. */
  sealFull(): void {
    if (this.options.engine.pending >= BATCH_SEQUENCES_MAX) this.seal()
  }

  /** Writes after this turn of the loop: what the sockets brought together goes to the disk together. */
  plan(): void {
    this.sealFull()
    if (this.isFlushPlanned || this.isWriting || this.failure !== null) return
    if (this.options.engine.pending === 0 && this.sealed.length === 0) return
    this.isFlushPlanned = true
    setImmediate(() => {
      this.isFlushPlanned = false
      this.flush()
    })
  }

  /** Resolves when nothing waits for the disk. */
  drain(): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure)
    if (
      !this.isWriting &&
      !this.isFlushPlanned &&
      this.sealed.length === 0 &&
      this.options.engine.pending === 0
    )
      return Promise.resolve()
    return new Promise((resolve, reject) => this.drained.push({ resolve, reject }))
  }

  /** Nothing is written any more. */
  fail(error: Error): void {
    if (this.failure !== null) return
    this.failure = error
    this.options.onFailed(error)
    for (const { reject } of this.drained.splice(0)) reject(error)
  }

  /** Adds up what really joins a batch, whoever wrote it, and closes the batch in time. */
  private measureBatches(): void {
    this.options.engine.watchBatches({
      // A step of a process may be large by itself.
      beginning: (table) => {
        if (table === PROCESSES) this.seal()
      },
      row: (table, row) => {
        this.pendingBytes += rowBytesMax(table, row)
      },
      event: (event) => {
        this.pendingBytes += eventBytesMax(event)
      },
      finished: () => {
        if (this.pendingBytes >= BATCH_BYTES_MAX) this.seal()
      },
    })
  }

  private seal(): void {
    this.pendingBytes = 0
    const batch = this.options.engine.takeBatch()
    if (batch !== null) this.sealed.push(batch)
  }

  private flush(): void {
    if (this.isWriting || this.failure !== null) return
    if (this.sealed.length === 0) this.seal()
    const batch = this.sealed.shift()
    if (batch === undefined) {
      for (const { resolve } of this.drained.splice(0)) resolve()
      return
    }
    this.isWriting = true
    const start = performance.now()
    this.write(batch).then(
      () => {
        this.isWriting = false
        this.options.onCommitted(batch, (performance.now() - start) / 1_000)
        this.flush()
      },
      (error: Error) => this.fail(error),
    )
  }

  private write(batch: Batch): Promise<unknown> {
    const { lease, store } = this.options
    if (lease === null) return store.append(batch)
    const sentAt = lease.monotonic()
    return store.append(batch).then(() => {
      lease.prove(sentAt)
      return lease.hold()
    })
  }
}
