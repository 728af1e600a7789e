/** The journal of a data directory, read while a server may write it. */
import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { WrappedKey } from '../keys/key-shelf.js'
import { SqliteKeyShelf } from '../keys/sqlite-key-shelf.js'
import { StoreRefusal } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import type { RecordRow } from '../record/checked.js'
import type { SnapshotHead, SnapshotPart } from '../record/snapshot.js'
import { checkVersion } from '../sqlite/check.js'
import { type Files, filesOf, openToRead, reading } from '../sqlite/files.js'
import { readMeta } from '../sqlite/meta.js'
import { hashAt, lastHead, someRowsAfter } from '../sqlite/records.js'
import { partsOf, provenSnapshot } from '../sqlite/snapshots.js'
import { keptHead, missingFrom } from '../sqlite/verify.js'
import { checkedRecords, type JournalSource } from './journal-source.js'

/** Read at once, by count and by bytes. */
const BOUNDS = { records: 512, bytes: 8 * 2 ** 20 }

export class SqliteSource implements JournalSource {
  private constructor(
    readonly name: string,
    readonly book: number,
    readonly first: string,
    readonly head: ChainHead,
    readonly snapshot: SnapshotHead | null,
    private readonly dataDirectory: string,
    private readonly journal: Database.Database,
  ) {}

  /** Throws StoreRefusal where there is no journal, or none that can be read. */
  static open(dataDirectory: string): SqliteSource {
    const files = filesOf(dataDirectory)
    const { journal: name } = files
    if (!existsSync(name))
      throw new StoreRefusal('unusable', `there is no book in ${dataDirectory}`, { file: name })
    const journal = openToRead(name)
    try {
      return reading(name, () => {
        checkVersion(files, journal)
        const head = wholeHead(files, journal)
        const book = Number(readMeta(journal, 'book', 'meta'))
        return new SqliteSource(
          name,
          book,
          hashAt(journal, 1) ?? '',
          head,
          provenSnapshot(journal),
          dataDirectory,
          journal,
        )
      })
    } catch (error) {
      journal.close()
      throw error
    }
  }

  records(): AsyncIterable<RecordRow> {
    return checkedRecords(this, this.rows())
  }

  async *parts(): AsyncIterable<SnapshotPart> {
    if (this.snapshot !== null) yield* partsOf(this.name, this.journal, this.snapshot)
  }

  async keys(): Promise<readonly WrappedKey[]> {
    return SqliteKeyShelf.read(this.dataDirectory)
  }

  async close(): Promise<void> {
    this.journal.close()
  }

  /** Some at a time: a long read would keep the writer from beginning its log anew. */
  private *rows(): IterableIterator<RecordRow> {
    for (let last = 0; last < this.head.batch; ) {
      const rows = reading(this.name, () => someRowsAfter(this.journal, last, BOUNDS))
      for (const row of rows) if (row.batch <= this.head.batch) yield row
      const end = rows.at(-1)
      if (end === undefined) return
      last = end.batch
    }
  }
}

/** The end of the journal, which must hold what was kept apart as its end. */
function wholeHead(files: Files, journal: Database.Database): ChainHead {
  const kept = keptHead(files)
  const [damage] = kept.head === null ? kept.damage : missingFrom(files, journal, kept.head, files.head)
  if (damage !== undefined) throw new StoreRefusal('damaged', damage.message, damage)
  const head = lastHead(journal)
  if (head.batch > 0) return head
  throw new StoreRefusal('unusable', `${files.journal} holds no record yet`, { file: files.journal })
}
