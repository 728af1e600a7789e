/**
 * The journal's thread: hashes, inserts and flushes one record at a time, in the order of the calls. After a failed
 * write it writes nothing more, because what is on the disk is then unknown.
 */
import { workerData } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import type { Appended } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { recordAfter } from '../record/checked.js'
import type { EncodedBatch } from '../record/codec.js'
import { serveCalls } from '../worker/worker-link.js'
import { openJournal } from './files.js'
import { HeadFile } from './head-file.js'
import { INSERT_RECORD } from './records.js'

export interface JournalStart {
  readonly path: string
  readonly headPath: string
  readonly book: number
  readonly epoch: number
  /** Where the chain stands. */
  readonly batch: number
  readonly hash: string
}

class JournalWriter {
  private readonly database: Database.Database
  private readonly headFile: HeadFile
  private readonly insert: Database.Statement
  private head: ChainHead
  private failure: Error | null = null

  constructor(private readonly start: JournalStart) {
    this.database = openJournal(start.path)
    this.headFile = HeadFile.open(start.headPath)
    this.insert = this.database.prepare(INSERT_RECORD)
    this.head = { batch: start.batch, hash: start.hash }
  }

  append(record: EncodedBatch): Appended {
    if (this.failure !== null) throw this.failure
    try {
      this.head = this.write(record)
      this.headFile.write(this.head)
      return this.head
    } catch (cause) {
      const place = `record ${this.head.batch + 1} could not be written to ${this.start.path}`
      this.failure = new Error(`${place}: ${(cause as Error).message}`, { cause })
      throw this.failure
    }
  }

  close(): void {
    this.database.close()
    this.headFile.close()
  }

  private write(encoded: EncodedBatch): ChainHead {
    const record = recordAfter(this.head, this.start, encoded)
    this.insert.run(record)
    return { batch: record.batch, hash: record.hash }
  }
}

serveCalls(() => {
  const writer = new JournalWriter(workerData as JournalStart)
  return { append: (record: EncodedBatch) => writer.append(record), close: () => writer.close() }
})
