/** Positions of an account, as they are or as they stood at a time or at the end of a business date (section 5.1). */
import {
  type Amount,
  businessDateOf,
  formatInstant,
  type HistoryRow,
  type Instant,
  type InstrumentId,
  type ParticipantAccount,
  type PositionView,
} from '@stemma/core'
import { nameOf, readableAccount } from '../accounts.js'
import type { Call } from '../call.js'
import { endOf } from '../dates.js'
import { answered } from '../errors.js'
import { Fields } from '../fields.js'
import { findInstrument, Instruments, type Listed } from '../instruments.js'
import { readPage, tokenOf } from '../pages.js'
import type { Scales } from '../trading/scales.js'

export const SCOPE = 'positions:read'
/** Positions that the engine gives at once. */
const POSITIONS_OF_READ = 500

interface Asked {
  readonly account: ParticipantAccount
  readonly instruments: readonly InstrumentId[] | null
  readonly asOf: Instant | null
  readonly isActiveOnly: boolean
  readonly isNonZeroOnly: boolean
}

/** What is shown of a position, whenever it stood so. */
interface Standing extends Pick<PositionView, 'quantity' | 'cost' | 'realized' | 'bought' | 'sold'> {
  readonly available: bigint
  readonly quantityAtOpen: bigint
  readonly updatedAt: Instant
}

export async function positions(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const { size, after } = readPage(fields)
  const asked = await readAsked(call, fields)
  const { shown, next } = await readShown(
    call,
    asked,
    size,
    after === null ? null : (after[0] as InstrumentId),
  )
  return {
    positions: shown.map(({ position }) => position),
    availablePosition: shown.map(({ available }) => available),
    nextPageToken: next === null ? '' : tokenOf(['instrument'], { instrument: next }),
    eof: next === null,
  }
}

async function readAsked(call: Call, fields: Fields): Promise<Asked> {
  const name = fields.text('name') ?? fields.text('accountId')
  if (name === null) throw fields.missing('name')
  const [time, date] = [fields.instant('asOfTime'), fields.date('asOfDate')]
  if (time !== null && date !== null) throw fields.fault('asOfTime', 'given with asOfDate')
  const [isActiveOnly, isNonZeroOnly] = [fields.flag('activeOnly'), fields.flag('nonZeroOnly')]
  const symbol = fields.text('symbol')
  const account = await readableAccount(call, name, SCOPE)
  return {
    account,
    instruments: symbol === null ? null : [(await findInstrument(call, symbol)).view.id],
    asOf: date === null ? time : endOf(date),
    isActiveOnly,
    isNonZeroOnly,
  }
}

interface Shown {
  readonly instrument: InstrumentId
  readonly position: Readonly<Record<string, unknown>>
  readonly available: string
}

/** Reads on until the page is full: as they stood, some positions may be left out that are there now. */
async function readShown(
  call: Call,
  asked: Asked,
  size: number,
  from: InstrumentId | null,
): Promise<{ readonly shown: readonly Shown[]; readonly next: InstrumentId | null }> {
  const instruments = new Instruments(call.host)
  const shown: Shown[] = []
  for (let after = from; ; ) {
    const page = await readNow(call, asked, after)
    for (const view of page.items) {
      const standing = asked.asOf === null ? now(view) : await stoodAt(call, view, asked.asOf)
      if (standing === null || (asked.isNonZeroOnly && standing.quantity === 0n)) continue
      if (shown.length === size) return { shown, next: shown.at(-1)?.instrument ?? null }
      const { scales } = await instruments.of(view.instrument)
      shown.push({
        instrument: view.instrument,
        position: positionShown(nameOf(asked.account), view, standing, scales),
        available: String(standing.available),
      })
    }
    if (page.next === null) return { shown, next: null }
    after = page.next
  }
}

async function readNow(
  { host, actor }: Call,
  { account, instruments, asOf, isActiveOnly, isNonZeroOnly }: Asked,
  after: InstrumentId | null,
): Promise<{ readonly items: readonly PositionView[]; readonly next: InstrumentId | null }> {
  const isOpenOnly = isNonZeroOnly && asOf === null
  const input = {
    account: account.id,
    instruments,
    isOpenOnly,
    isActiveOnly,
    after,
    limit: POSITIONS_OF_READ,
  }
  return answered(await host.read('positions.list', actor, input))
}

const now = (view: PositionView): Standing => ({ ...view, updatedAt: view.updatedAt as Instant })

/** Its last entry at or before that time; null where it had none yet. What was promised to orders then is not known. */
async function stoodAt(
  { host }: Call,
  { account, instrument }: PositionView,
  asOf: Instant,
): Promise<Standing | null> {
  const [entry] = await host.history('position_entries', {
    equals: { account, instrument },
    to: { time: asOf },
    newestFirst: true,
    limit: 1,
  })
  return entry === undefined ? null : standingOf(entry, asOf)
}

/** The position as an entry of its ledger left it. */
export const positionOfEntry = (account: string, entry: HistoryRow, { view, scales }: Listed) =>
  positionShown(
    account,
    { symbol: view.symbol, isExpired: OVER.includes(view.state) },
    standingOf(entry, entry.time as Instant),
    scales,
  )

const OVER: readonly string[] = ['expired', 'terminated']

function standingOf(entry: HistoryRow, asOf: Instant): Standing {
  const quantity = entry.quantity as Standing['quantity']
  const isOfThatDate = entry.business_date === businessDateOf(asOf)
  return {
    quantity,
    available: quantity,
    cost: entry.cost as Amount,
    realized: entry.realized as Amount,
    bought: entry.bought as Standing['bought'],
    sold: entry.sold as Standing['sold'],
    quantityAtOpen: isOfThatDate ? (entry.quantity_at_open as bigint) : quantity,
    updatedAt: entry.time as Instant,
  }
}

const positionShown = (
  account: string,
  { symbol, isExpired }: Pick<PositionView, 'symbol' | 'isExpired'>,
  standing: Standing,
  scales: Scales,
) => ({
  account,
  symbol,
  netPosition: String(standing.quantity),
  qtyBought: String(standing.bought),
  qtySold: String(standing.sold),
  cost: scales.notional(standing.cost),
  realized: scales.notional(standing.realized),
  bodPosition: String(standing.quantityAtOpen),
  expired: isExpired,
  updateTime: formatInstant(standing.updatedAt),
})
