/** `venues.create`, `venues.update` and `venues.report`: outside venues, and what they say of the orders they hold. */
import { isWebAddress, WEBHOOK_URL_LENGTH_MAX } from '../../access/index.js'
import {
  type AccountId,
  checkDisplayName,
  checkName,
  checkVersion,
  DISPLAY_NAME_LENGTH_MAX,
  NAME_LENGTH_MAX,
  nextVersion,
  openOwn,
} from '../../hierarchy/index.js'
import { command, NO_ROW, type Row } from '../../image/index.js'
import { PRICE_MAX, QUANTITY_MAX } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { TradingContext } from '../trading.js'
import type { VenueId, VenueStatus } from './fields.js'
import { applyReport, type VenueReport } from './report.js'

export const VENUES_MAX = 1_000
/** What the street account of a venue is called. It takes its part of what a name and a display name may have. */
const STREET_NAME = 'street-'
const STREET_DISPLAY_NAME = 'Street account at '
const VENUE_NAME_LENGTH_MAX = NAME_LENGTH_MAX - STREET_NAME.length
const VENUE_DISPLAY_NAME_LENGTH_MAX = DISPLAY_NAME_LENGTH_MAX - STREET_DISPLAY_NAME.length
const TEXT_LENGTH_MAX = 256

/** Venues are the operator's business. */
const operatorNeeds = ({ hierarchy }: TradingContext) => [
  { ability: 'administer' as const, target: { party: hierarchy.parties.id(hierarchy.root) } },
]

export type CreateVenue = {
  readonly name: string
  readonly displayName: string
  readonly url: string
  readonly sealedSecret: string
}

export const createVenue = command({
  name: 'venues.create',
  scope: 'instruments:write',
  needs: operatorNeeds,
  decide(context: TradingContext, { name, displayName, url, sealedSecret }: CreateVenue) {
    const { trading, hierarchy, image, now } = context
    checkVenueName(name)
    checkVenueDisplayName(displayName)
    checkUrl(url)
    if (trading.venues.size >= VENUES_MAX) refuse('limit_reached', `a book has at most ${VENUES_MAX} venues`)
    if (trading.venueByName.has(name)) refuse('name_taken', 'the name is in use', { field: '/name' })
    const root = hierarchy.parties.id(hierarchy.root)
    const currency = hierarchy.parties.baseCurrency.get(hierarchy.root)
    const account = {
      book: 'street' as const,
      name: `${STREET_NAME}${name}`,
      displayName: `${STREET_DISPLAY_NAME}${displayName}`,
    }
    const street: AccountId = openOwn(context, root, currency, account)
    const venue = image.newId<VenueId>()
    const row = trading.venues.insert(venue, {
      name,
      displayName,
      status: 'active',
      url,
      sealedSecret,
      street,
      messages: 0,
      reports: 0,
      version: 1,
      createdAt: now,
    })
    say(context, row, 'created')
    return { venue, street }
  },
})

export type UpdateVenue = {
  readonly venue: VenueId
  readonly displayName: string | null
  readonly url: string | null
  readonly sealedSecret: string | null
  /** A suspended venue takes no new orders; what it reports is still booked. */
  readonly status: VenueStatus | null
  readonly version: number | null
}

export const updateVenue = command({
  name: 'venues.update',
  scope: 'instruments:write',
  needs: operatorNeeds,
  decide(context: TradingContext, input: UpdateVenue) {
    const { venues } = context.trading
    const row = rowOf(context, input.venue)
    checkVersion(venues, row, input.version)
    if (input.displayName !== null) {
      checkVenueDisplayName(input.displayName)
      venues.displayName.set(row, input.displayName)
    }
    if (input.url !== null) {
      checkUrl(input.url)
      venues.url.set(row, input.url)
    }
    if (input.sealedSecret !== null) venues.sealedSecret.set(row, input.sealedSecret)
    if (input.status !== null) venues.status.set(row, input.status)
    nextVersion(venues, row)
    say(context, row, 'updated')
    return { venue: input.venue, version: venues.version.get(row) }
  },
})

export type ReportOrder = VenueReport & {
  readonly venue: VenueId
  /** The venue counts its reports from one; each number is taken once, and none is left out. */
  readonly number: number
  /**
   * The numbers of a report whose order was never there, as they were written: nothing says what they count. Such a
   * report is taken and never booked.
   */
  readonly uncounted: Uncounted | null
}

type Uncounted = {
  readonly price: string | null
  readonly quantity: string | null
  readonly fee: string | null
}

export const reportOrder = command({
  name: 'venues.report',
  scope: 'venues:report',
  needs: operatorNeeds,
  decide(context: TradingContext, { venue, number, uncounted, ...told }: ReportOrder) {
    const { venues } = context.trading
    const row = rowOf(context, venue)
    checkReport(told, uncounted ?? told)
    const next = venues.reports.get(row) + 1
    // A repeat was booked when it came first; it is answered alike and changes nothing.
    if (number < next) return { number, isRepeat: true, isBooked: true }
    if (number > next)
      refuse('report_gap', `expected report ${next}, was ${number}`, { data: { expected: next } })
    venues.reports.set(row, number)
    const isBooked = uncounted === null && applyReport(context, row, told)
    if (!isBooked) say(context, row, 'report_unmatched', { ...told, ...uncounted, number })
    return { number, isRepeat: false, isBooked }
  },
})

function rowOf({ trading }: TradingContext, venue: VenueId): Row {
  const row = trading.venues.find(venue)
  if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
  return row
}

function checkVenueName(name: string): void {
  checkName(name)
  if (name.length > VENUE_NAME_LENGTH_MAX)
    refuse('malformed', `expected a name of at most ${VENUE_NAME_LENGTH_MAX} characters`, { field: '/name' })
}

function checkVenueDisplayName(text: string): void {
  checkDisplayName(text)
  if ([...text].length > VENUE_DISPLAY_NAME_LENGTH_MAX)
    refuse('malformed', `expected at most ${VENUE_DISPLAY_NAME_LENGTH_MAX} printable characters`, {
      field: '/display_name',
    })
}

function checkUrl(url: string): void {
  if (!isWebAddress(url))
    refuse('malformed', `expected an http or https address of at most ${WEBHOOK_URL_LENGTH_MAX} characters`, {
      field: '/url',
    })
}

function checkReport(
  { kind, price, quantity, reference, text }: VenueReport,
  given: Pick<VenueReport | Uncounted, 'price' | 'quantity'>,
): void {
  if ((kind === 'filled') !== (given.price !== null && given.quantity !== null))
    refuse('malformed', 'a price and a quantity go with a fill, which needs both', { field: '/price' })
  if (price !== null && (price < 0n || price > PRICE_MAX))
    refuse('malformed', 'expected a price of at least zero', { field: '/price' })
  if (quantity !== null && (quantity <= 0n || quantity > QUANTITY_MAX))
    refuse('malformed', 'expected a quantity above zero', { field: '/quantity' })
  for (const [given, field] of [
    [reference, '/reference'],
    [text, '/text'],
  ] as const)
    if (given !== null && given.length > TEXT_LENGTH_MAX)
      refuse('malformed', `expected at most ${TEXT_LENGTH_MAX} characters`, { field })
}

function say(
  { trading, hierarchy, emit }: TradingContext,
  row: Row,
  happened: string,
  more: { readonly [key: string]: string | number | bigint | null } = {},
): void {
  const { sealedSecret: _secret, ...shown } = trading.venues.read(row)
  const id = trading.venues.id(row)
  const paths = [hierarchy.pathOf(hierarchy.root)]
  emit({
    kind: `venue.${happened}`,
    subject: `ven_${id}`,
    paths,
    data: { id, ...shown, secret: 'changed', ...more },
  })
}

export const VENUE_COMMANDS = [createVenue, updateVenue, reportOrder] as const
