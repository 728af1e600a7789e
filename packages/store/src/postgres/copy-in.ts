/**
 * `COPY … FROM STDIN`: many new rows of one table as one text. The server takes them with far less work than lists as
 * parameters: nothing is taken apart twice, and pages are filled many rows at a time.
 */
import type pg from 'pg'
import type { SqlValue } from '../tables/row-values.js'
import { textSent } from './texts.js'

/** Of one message: large enough to be few, small enough to be no burden while it is made. */
const CHUNK_CHARACTERS = 2 ** 18

/**
 * Rows as the text format of COPY has them: tabs between values, a line for each row, `\N` for what is absent. They are
 * written out as they come, so that no more than their text is kept.
 */
export class CopyText {
  private chunks: Buffer[] = []
  private last = ''

  add(row: readonly SqlValue[]): void {
    let line = valueText(row[0] as SqlValue)
    for (let index = 1; index < row.length; index += 1) line += `\t${valueText(row[index] as SqlValue)}`
    this.last += `${line}\n`
    if (this.last.length >= CHUNK_CHARACTERS) this.cut()
  }

  /** What was added since it was last taken. */
  take(): readonly Buffer[] {
    if (this.last !== '') this.cut()
    const { chunks } = this
    this.chunks = []
    return chunks
  }

  private cut(): void {
    this.chunks.push(Buffer.from(this.last))
    this.last = ''
  }
}

const valueText = (value: SqlValue): string => {
  if (value === null) return '\\N'
  if (typeof value !== 'string') return String(value)
  return SPECIAL.test(value) ? textSent(value).replace(/[\\\n\r\t]/g, escaped) : value
}
const SPECIAL = /[\\\n\r\t\0\uffff]/

const escaped = (character: string): string => {
  switch (character) {
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default:
      return '\\\\'
  }
}

/** What of the driver's connection a statement of ours needs. */
interface Wire {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** One COPY as the driver runs it: it calls these as the server's messages come. */
export class CopyIn implements pg.Submittable {
  callback: (error: Error | null) => void = () => {}

  constructor(
    private readonly text: string,
    private readonly chunks: readonly Buffer[],
  ) {}

  submit(connection: pg.Connection): void {
    const wire: Wire = connection as unknown as Wire
    wire.query(this.text)
  }

  handleCopyInResponse(wire: Wire): void {
    for (const chunk of this.chunks) wire.sendCopyFromChunk(chunk)
    wire.endCopyFrom()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback(null)
  }

  handleError(error: Error): void {
    this.callback(error)
  }
}
