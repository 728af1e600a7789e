/**
 * A connection to the database: made when it is needed, made anew when it was lost. What runs on it runs alone, and is
 * repeated as a whole after a conflict or a lost connection; so it must be such that doing it again is the same.
 */
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isConflict, isLoss, LostConnection, parserOf, Session } from './session.js'

export interface ConnectionOptions {
  readonly url: string
  /** The schema whose tables are meant where none is named. */
  readonly schema: string
  /** How often the same is tried. */
  readonly attempts: number
  /** Of one statement; without an answer by then the connection counts as lost. */
  readonly answerMilliseconds: number
}

const CONNECT_MILLISECONDS = 5_000
/** What is under way when the connection is given up, the farewell included, may take so long. */
const CLOSE_MILLISECONDS_MAX = 10_000
const FIRST_PAUSE_MILLISECONDS = 10
const PAUSE_MILLISECONDS_MAX = 1_000

export class Connection {
  private client: pg.Client | null = null
  /** Of the client, or of the one that is being connected. */
  private socket: Socket | null = null
  private last: Promise<unknown> = Promise.resolve()
  /** What the last left under way, for nobody waited for it. */
  private ending: Promise<unknown> = Promise.resolve()
  private mayRepeat = true
  private isClosed = false
  private isCut = false
  private deadline: NodeJS.Timeout | null = null

  constructor(private readonly options: ConnectionOptions) {}

  run<Result>(
    work: (session: Session) => Promise<Result>,
    attempts = this.options.attempts,
  ): Promise<Result> {
    if (this.isClosed) return Promise.reject(new Error('expected the connection to be open'))
    const result = this.last.then(() => this.repeat(work, attempts))
    this.last = result.catch(() => {})
    return result
  }

  /**
   * From now on what finds the connection lost fails, instead of waiting for a database that is away, and after a while
   * the connection is lost for certain: a database that is frozen answers nothing, not even a farewell.
   */
  giveUp(): void {
    this.mayRepeat = false
    this.deadline ??= setTimeout(() => {
      this.isCut = true
      this.socket?.destroy()
    }, CLOSE_MILLISECONDS_MAX)
  }

  /** Lets what was asked for before run, for ten seconds at the most, and ends. */
  async close(): Promise<void> {
    this.giveUp()
    this.isClosed = true
    await this.last
    await this.ending
    await this.client?.end().catch(() => {})
    this.client = null
    if (this.deadline !== null) clearTimeout(this.deadline)
  }

  private async repeat<Result>(
    work: (session: Session) => Promise<Result>,
    attempts: number,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      await this.ending
      try {
        return await this.on(new Session(await this.connected()), work)
      } catch (error) {
        const isLost = error instanceof LostConnection
        if (isLost) this.drop()
        if (!isLost && !isConflict(error)) throw error
        if (attempt >= attempts || (isLost && !this.mayRepeat)) throw error
        await delay(pauseAfter(attempt))
      }
    }
  }

  private async on<Result>(session: Session, work: (session: Session) => Promise<Result>): Promise<Result> {
    try {
      return await work(session)
    } finally {
      this.ending = session.ended.then((failure) => {
        if (failure instanceof LostConnection) this.drop()
      })
    }
  }

  private async connected(): Promise<pg.Client> {
    if (this.client !== null) return this.client
    if (this.isCut) throw new LostConnection('the connection was given up')
    const { url, schema, answerMilliseconds } = this.options
    const socket = new Socket()
    this.socket = socket
    const client = new pg.Client({
      stream: () => socket,
      application_name: 'stemma',
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      query_timeout: answerMilliseconds,
      types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    })
    // While nothing runs nobody else would hear of it; the next statement finds the connection gone.
    client.on('error', () => {
      if (this.client === client) this.drop()
    })
    try {
      await client.connect()
      await client.query(`SET search_path TO ${schema}`)
    } catch (error) {
      void client.end().catch(() => {})
      socket.destroy()
      throw isLoss(error) ? new LostConnection((error as Error).message, { cause: error }) : error
    }
    this.client = client
    return client
  }

  private drop(): void {
    const { client, socket } = this
    this.client = null
    void client?.end().catch(() => {})
    socket?.destroy()
  }
}

/** Longer each time, and not the same for two that were in each other's way. */
const pauseAfter = (attempt: number): number =>
  Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, PAUSE_MILLISECONDS_MAX) * (0.5 + Math.random() / 2)
