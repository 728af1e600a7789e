/**
 * What happened to an account's cash in a currency, or to its positions in what settles in it: entries of the ledger and
 * of positions, joined where they are of one event, the newest first.
 */
import type { AccountId, Amount, CurrencyCode, HistoryRow, Plain } from '@stemma/core'
import type { Host } from '../../services.js'
import type { Contract } from './instruments.js'

const PAGE = 250
/** Positions of entries within a sequence: those of its first event begin at zero, of the next here, and so on. */
const ENTRIES_OF_EVENT = 10_000
/** An event has at most two sides. */
const SIDES_OF_EVENT = 2
/** No command has as many events. */
const EVENTS_MAX = 8_192

export interface Place {
  readonly sequence: number
  readonly event: number
}

export interface Happening {
  readonly place: Place
  readonly time: number
  /** In order; none where a trade cost nothing. */
  readonly entries: readonly HistoryRow[]
  readonly position: HistoryRow | null
  readonly contract: Contract | null
  /** Cash after it. */
  readonly balance: Amount
}

interface Wanted {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly contracts: ReadonlyMap<number, Contract>
  /** Pairs of the currency, by name: their trades leave no position. */
  readonly pairs: ReadonlyMap<string, Contract>
  readonly to: number
  /** Only those before this place; null: from the newest on. */
  readonly before: Place | null
}

const isSame = (left: Place, right: Place): boolean =>
  left.sequence === right.sequence && left.event === right.event
const isLater = (left: Place, right: Place): boolean =>
  left.sequence > right.sequence || (left.sequence === right.sequence && left.event > right.event)

/** A history table of an account, row by row from the newest on. */
class Backwards {
  private rows: readonly HistoryRow[] = []
  private next = 0
  private isAtEnd = false
  private after: readonly Plain[] | undefined

  constructor(
    private readonly host: Host,
    private readonly table: string,
    private readonly equals: Readonly<Record<string, Plain>>,
    private readonly to: number,
    before: readonly Plain[] | undefined,
  ) {
    this.after = before
  }

  /** The row that comes next, which stays until it is taken. */
  async peek(): Promise<HistoryRow | null> {
    if (this.next === this.rows.length && !this.isAtEnd) await this.read()
    return this.rows[this.next] ?? null
  }

  take(): void {
    this.next += 1
  }

  private async read(): Promise<void> {
    const { after } = this
    this.rows = await this.host.history(this.table, {
      equals: this.equals,
      to: { time: this.to },
      newestFirst: true,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    this.next = 0
    this.isAtEnd = this.rows.length < PAGE
    const last = this.rows.at(-1)
    if (last !== undefined) this.after = [last.sequence ?? null, last.position ?? null]
  }
}

const placeOf = (row: HistoryRow, perEvent: number): Place => ({
  sequence: Number(row.sequence),
  event: Math.floor(Number(row.position) / perEvent),
})

/** From the newest on, without end: who asks stops. */
export async function* happenings(host: Host, wanted: Wanted): AsyncGenerator<Happening> {
  const { account, currency, to, before } = wanted
  const cursor = (perEvent: number): readonly Plain[] | undefined =>
    before === null ? undefined : [before.sequence, before.event * perEvent]
  const entries = new Backwards(host, 'entries', { account, currency }, to, cursor(ENTRIES_OF_EVENT))
  const positions = new Backwards(host, 'position_entries', { account }, to, cursor(SIDES_OF_EVENT))
  for (;;) {
    const [entry, position] = [await entries.peek(), await ofCurrency(positions, wanted.contracts)]
    const entryPlace = entry === null ? null : placeOf(entry, ENTRIES_OF_EVENT)
    const positionPlace = position === null ? null : placeOf(position, SIDES_OF_EVENT)
    const place = laterOf(entryPlace, positionPlace)
    if (place === null) return
    const isTraded = position !== null && positionPlace !== null && isSame(place, positionPlace)
    if (isTraded) positions.take()
    const own = await takeEvent(entries, place)
    const older = own.length === 0 ? await entries.peek() : null
    yield {
      place,
      time: Number((isTraded ? position : own[0])?.time),
      entries: own,
      position: isTraded ? position : null,
      contract:
        (isTraded
          ? wanted.contracts.get(Number(position.instrument))
          : wanted.pairs.get(String(own[0]?.symbol))) ?? null,
      balance: (own.at(-1)?.after ?? older?.after ?? 0n) as Amount,
    }
  }
}

async function ofCurrency(
  positions: Backwards,
  contracts: ReadonlyMap<number, Contract>,
): Promise<HistoryRow | null> {
  for (let row = await positions.peek(); row !== null; row = await positions.peek()) {
    if (contracts.has(Number(row.instrument))) return row
    positions.take()
  }
  return null
}

function laterOf(left: Place | null, right: Place | null): Place | null {
  if (left === null || right === null) return left ?? right
  return isLater(left, right) ? left : right
}

/** The entries of one event, in order. */
async function takeEvent(entries: Backwards, place: Place): Promise<readonly HistoryRow[]> {
  const found: HistoryRow[] = []
  for (let row = await entries.peek(); row !== null; row = await entries.peek()) {
    if (!isSame(placeOf(row, ENTRIES_OF_EVENT), place)) break
    found.unshift(row)
    entries.take()
  }
  return found
}

/** Rows of the log have the number of their event, doubled: a trade that turns a position round is two. */
export const idOfRow = ({ sequence, event }: Place, half: 0 | 1): number =>
  (sequence * EVENTS_MAX + event) * 2 + half

/** The place from which on rows with ids below this one come. */
export function placeBelow(id: number): Place {
  const number = Math.floor((id - 1) / 2)
  return { sequence: Math.floor(number / EVENTS_MAX), event: (number % EVENTS_MAX) + 1 }
}
