/** What runs on one connection to PostgreSQL: statements and transactions, with values as the store has them. */
import pg from 'pg'
import type { SqlValue } from '../tables/row-values.js'
import { CopyIn, type CopyText } from './copy-in.js'
import { textReceived, textSent } from './texts.js'

/** The connection is gone, or gave no answer in time: whether the last statement happened is not known. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection'
}

type Parameter = SqlValue | Uint8Array | readonly SqlValue[]

export interface Found<Row> {
  readonly rows: readonly Row[]
  /** How many rows were found or changed. */
  readonly count: number
}

export class Session {
  /** Resolves when nothing is under way any more, with what failed of it. */
  ended: Promise<unknown> = Promise.resolve(null)

  constructor(private readonly client: pg.Client) {}

  /** Rows as objects, named by the columns. A statement with a name is prepared once for each connection. */
  async query<Row>(text: string, values: readonly Parameter[] = [], name?: string): Promise<Found<Row>> {
    const found = await this.send({ text, values: sent(values), ...(name === undefined ? {} : { name }) })
    return { rows: found.rows as Row[], count: found.rowCount ?? 0 }
  }

  /** Rows as lists of values in the order of the columns. */
  async values(text: string, values: readonly Parameter[] = []): Promise<SqlValue[][]> {
    const found = await this.send({ text, values: sent(values), rowMode: 'array' })
    return found.rows as unknown as SqlValue[][]
  }

  /** New rows of one table, none or many: `columns` names them as SQL does, in the order of their values. */
  async copyIn(table: string, columns: readonly string[], rows: CopyText): Promise<void> {
    const chunks = rows.take()
    if (chunks.length === 0) return
    const copy = new CopyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN`, chunks)
    try {
      await new Promise<void>((resolve, reject) => {
        copy.callback = (error) => (error === null ? resolve() : reject(error))
        this.client.query(copy)
      })
    } catch (error) {
      throw lossOr(error)
    }
  }

  /** Statements without parameters, one after another. */
  async statements(statements: readonly string[]): Promise<void> {
    await this.send({ text: statements.join(';\n') })
  }

  /** One state of the database for all that is read. */
  reading<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within(READING, work)
  }

  /**
   * The same in fewer round trips: `first` goes out with the beginning, and its row is handed to `work`; the end is not
   * waited for, since nothing depends on it.
   */
  async readingFrom<Row, Result>(first: string, work: (row: Row) => Promise<Result>): Promise<Result> {
    try {
      const found = (await this.send({ text: `${READING}; ${first}` })) as unknown as pg.QueryResult[]
      return await work(found.at(-1)?.rows[0] as Row)
    } finally {
      this.ended = this.query('ROLLBACK').catch((error) => error)
    }
  }

  writing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('BEGIN', work)
  }

  /**
   * Without waiting for the disk. After a crash the last of these transactions may be gone, each of them whole: only for
   * what can be made again from something that was flushed before, and says itself how far it is.
   */
  writingUnflushed<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('BEGIN; SET LOCAL synchronous_commit TO off', work)
  }

  private async within<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    await this.query(begin)
    try {
      const result = await work()
      await this.query('COMMIT')
      return result
    } catch (error) {
      if (!(error instanceof LostConnection)) await this.query('ROLLBACK')
      throw error
    }
  }

  private async send(query: pg.QueryConfig & { rowMode?: string }): Promise<pg.QueryResult> {
    try {
      return await this.client.query(query)
    } catch (error) {
      throw lossOr(error)
    }
  }
}

const READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

const lossOr = (error: unknown): unknown =>
  isLoss(error) ? new LostConnection((error as Error).message, { cause: error }) : error

/** What the server says itself is known to have failed; whatever else comes up is the connection's. */
export const isLoss = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || LOSSES.test(error.code ?? '')

/**
 * Class 08 is of connections; 40003: completion unknown; 53300: too many connections; 57P01 to 57P03: the server shuts
 * down, crashed, or starts (PostgreSQL, appendix A: error codes).
 */
const LOSSES = /^(?:08...|40003|53300|57P0[123])$/

/** Serialization failure and deadlock: nothing happened, and the same may succeed when it is done again. */
export const isConflict = (error: unknown): boolean => codeOf(error) === '40001' || codeOf(error) === '40P01'

export const isDuplicate = (error: unknown): boolean => codeOf(error) === '23505'

export const codeOf = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined

const sent = (values: readonly Parameter[]): unknown[] => values.map(sentValue)

function sentValue(value: Parameter): unknown {
  if (typeof value === 'string') return textSent(value)
  return isList(value) ? listText(value) : value
}

const isList = (value: Parameter): value is readonly SqlValue[] => Array.isArray(value)

/** A list as PostgreSQL reads it. The driver's own way takes several times as long, and lists have thousands of values. */
function listText(values: readonly SqlValue[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as SqlValue
    if (index > 0) text += ','
    if (value === null) text += 'NULL'
    else if (typeof value === 'string') text += quotedItem(textSent(value))
    else text += String(value)
  }
  return `${text}}`
}

const quotedItem = (text: string): string =>
  `"${QUOTED.test(text) ? text.replace(/["\\]/g, (each) => `\\${each}`) : text}"`
const QUOTED = /["\\]/

const wholeReceived = (text: string): number | string => {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** Values as SQLite has them: flags are 1 and 0; whole numbers are numbers where those are exact, else text. */
export function parserOf(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  switch (type) {
    case pg.types.builtins.BOOL:
      return (value) => (value === 't' ? 1 : 0)
    case pg.types.builtins.INT8:
    case pg.types.builtins.NUMERIC:
      return wholeReceived
    case pg.types.builtins.TEXT:
      return textReceived
    default:
      return pg.types.getTypeParser(type, format as 'text')
  }
}
