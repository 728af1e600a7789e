/** What runs on one connection to PostgreSQL: statements and transactions, with values as the store has them. */
import pg from 'pg'
import type { SqlValue } from '../tables/row-values.js'

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

  /** Statements without parameters, one after another. */
  async statements(statements: readonly string[]): Promise<void> {
    await this.send({ text: statements.join(';\n') })
  }

  /** One state of the database for all that is read. */
  reading<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work)
  }

  writing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('BEGIN', work)
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
      throw isLoss(error) ? new LostConnection((error as Error).message, { cause: error }) : error
    }
  }
}

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
  return Array.isArray(value) ? value.map(sentValue) : value
}

/**
 * PostgreSQL has no character 0 in a text. It is written as two that no text means, and the first of them twice where
 * it stands for itself; so equal texts stay equal, and a beginning stays a beginning.
 */
const textSent = (text: string): string =>
  ESCAPED.test(text)
    ? text.replace(/[\0\uffff]/g, (each) => (each === '\0' ? '\uffff\ufffe' : '\uffff\uffff'))
    : text
const ESCAPED = /[\0\uffff]/

const textReceived = (text: string): string =>
  text.includes('\uffff')
    ? text.replace(/\uffff(.)/g, (_, mark) => (mark === '\ufffe' ? '\0' : '\uffff'))
    : text

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
