/**
 * The writer's end of the journal. A record's key (book, batch) is the fence: who finds another record under a number
 * has been deposed. The outcome of a statement whose connection was lost is found by sending the same again and looking
 * what is there; nothing is acknowledged or refused before that is known.
 */
import { randomUUID } from 'node:crypto'
import type { Head } from '@stemma/core/image'
import { type Appended, Deposed, type WriterSeen } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { type RecordRow, recordAfter } from '../record/checked.js'
import { type EncodedBatch, encodeBatch } from '../record/codec.js'
import { takingOver } from '../record/taking-over.js'
import type { Connection } from './connection.js'
import { JOURNAL, type PostgresPlace } from './place.js'
import { hashAt, INSERT_RECORD, RECORD_PARAMETERS, recordValues } from './records.js'
import { isDuplicate, type Session } from './session.js'

interface WriterRow {
  readonly epoch: number
  readonly renewals: number
  readonly address: string | null
  readonly claim: string | null
  readonly batch: number
}

const parameter = (place: number): string => `$${RECORD_PARAMETERS + place}`

/** The row of who writes and the record of the taking over change together or not at all. */
const TAKE_OVER = `WITH taken AS (
    UPDATE ${JOURNAL}.writer
    SET epoch = $3, renewals = renewals + 1, address = ${parameter(1)}, claim = ${parameter(2)}, batch = $2, hash = $14
    WHERE book = $1 AND epoch = ${parameter(3)} AND renewals = ${parameter(4)}
    RETURNING book
  ) ${INSERT_RECORD} FROM taken`

export class JournalWriter {
  /** Tells this writer from any other, also from one that took the same epoch of a copy. */
  private readonly claim = randomUUID()
  /** The last record that was handed over to be written. */
  private tip: ChainHead | null = null
  private epoch = 0
  private failure: Error | null = null

  constructor(
    private readonly connection: Connection,
    private readonly place: PostgresPlace,
  ) {}

  get hasTakenOver(): boolean {
    return this.epoch > 0
  }

  seen(): Promise<WriterSeen> {
    return this.connection.run(async (session) => {
      const { epoch, renewals, address, batch } = await this.row(session)
      return { epoch, address, mark: `${epoch} ${renewals} ${batch}` }
    })
  }

  /** `from`: the last record that this process has read, and the book's head there. */
  async takeOver(
    seen: WriterSeen,
    address: string,
    from: ChainHead & { readonly head: Head },
  ): Promise<Appended | null> {
    const [epoch, renewals, batch] = seen.mark.split(' ').map(Number) as [number, number, number]
    if (batch !== from.batch) return null
    const record = recordAfter(
      from,
      { book: this.place.book, epoch: epoch + 1 },
      encodeBatch(takingOver(from.head)),
    )
    const isTaken = await this.connection.run(async (session) => {
      const values = [...recordValues(record), address, this.claim, epoch, renewals]
      const inserted = await insert(session, TAKE_OVER, values, 'take over')
      if (inserted) return true
      // An earlier attempt may have landed without our hearing of it.
      const now = await this.row(session)
      return now.claim === this.claim && now.epoch === record.epoch
    })
    if (!isTaken) return null
    this.epoch = record.epoch
    this.failure = null
    this.tip = record
    return { batch: record.batch, hash: record.hash }
  }

  /** Gives the record as it now stands in the journal. */
  append(encoded: EncodedBatch): Promise<RecordRow> {
    const { tip, epoch } = this
    if (tip === null) return Promise.reject(new Error('expected the store to have taken over and to be open'))
    const record = recordAfter(tip, { book: this.place.book, epoch }, encoded)
    this.tip = record
    return this.written(async (session) => {
      if (!(await insert(session, INSERT_RECORD, recordValues(record), 'append')))
        await this.assertOwn(session, record)
      return record
    })
  }

  /** Also keeps the end of the journal apart from it. */
  async renew(): Promise<void> {
    if (this.tip === null) throw new Error('expected the store to have taken over and to be open')
    await this.written((session) => this.mark(session, 'renewals = renewals + 1'))
  }

  /** Lets others take over at once. */
  async release(): Promise<void> {
    if (this.tip === null || this.failure !== null) return
    await this.written((session) => this.mark(session, 'renewals = renewals + 1, address = NULL'))
    this.tip = null
  }

  /** One after another; after the first that failed none is tried, for then nothing may follow it. */
  private written<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.connection
      .run((session) => {
        if (this.failure !== null) throw this.failure
        return work(session)
      })
      .catch((error: Error) => {
        this.failure ??= error
        throw this.failure
      })
  }

  /** What was just appended is the newest record that is known to be there: this runs behind it. */
  private async mark(session: Session, change: string): Promise<void> {
    const { count } = await session.query(
      `UPDATE ${JOURNAL}.writer SET ${change}, batch = last.batch, hash = last.hash
        FROM (SELECT batch, hash FROM ${JOURNAL}.records WHERE book = $1 ORDER BY batch DESC LIMIT 1) AS last
        WHERE book = $1 AND epoch = $2 AND claim = $3`,
      [this.place.book, this.epoch, this.claim],
    )
    if (count === 0) throw new Deposed(this.epoch)
  }

  private async assertOwn(session: Session, record: RecordRow): Promise<void> {
    const hash = await hashAt(session, this.place, record.batch)
    if (hash !== record.hash) throw new Deposed(this.epoch)
  }

  private async row(session: Session): Promise<WriterRow> {
    const { rows } = await session.query<WriterRow>(
      `SELECT epoch, renewals, address, claim,
          COALESCE((SELECT MAX(batch) FROM ${JOURNAL}.records WHERE book = $1), 0) AS batch
        FROM ${JOURNAL}.writer WHERE book = $1`,
      [this.place.book],
    )
    const [row] = rows
    if (row === undefined) throw new Error(`expected a row of book ${this.place.book} in ${JOURNAL}.writer`)
    return row
  }
}

/** Whether the record is now there by this statement; false where its number is taken or a condition does not hold. */
async function insert(
  session: Session,
  statement: string,
  values: (number | string | Uint8Array)[],
  name: string,
): Promise<boolean> {
  try {
    return (await session.query(statement, values, name)).count === 1
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
