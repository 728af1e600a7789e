/** Outside venues: where orders of some instruments are matched by somebody else, and what those report. */
import { operation } from '../operation.js'
import { displayName, EXAMPLE, name, page, version } from '../resources/common.js'
import { choice, count, flag, id, instant, nullable, object, optional, present, text } from '../wire/index.js'

const VENUE_STATUSES = ['active', 'suspended'] as const
const VENUE_REPORTS = [
  'accepted',
  'rejected',
  'filled',
  'cancelled',
  'expired',
  'replaced',
  'replace_rejected',
  'cancel_rejected',
] as const

const url = () =>
  text({
    max: 2_048,
    pattern: /^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/,
    meaning: 'an http or https address without a user or a fragment',
    description: 'Where its messages are posted',
  })
const secret = () =>
  nullable(text({ max: 128, description: 'What messages are signed with; shown in this answer only' }))

/** The house account at a venue is named by it, and a name has 64 characters, a display name 128. */
export const VENUE_NAME_LENGTH_MAX = 57
export const VENUE_DISPLAY_NAME_LENGTH_MAX = 110
const venueName = () => name('What instruments name it by', VENUE_NAME_LENGTH_MAX)
const venueDisplayName = () => displayName(VENUE_DISPLAY_NAME_LENGTH_MAX)

const venue = object({
  id: id('ven'),
  name: venueName(),
  display_name: venueDisplayName(),
  status: choice(VENUE_STATUSES),
  url: url(),
  street: id('acc', 'The house account that is the other side of its executions'),
  messages: count({ description: 'The number of the last message to it' }),
  reports: count({ description: 'The number of the last report that was taken: the next one is one more' }),
  version: version(),
  created_at: instant(),
})
const EXAMPLE_VENUE = {
  id: EXAMPLE.venue,
  name: 'exchange',
  display_name: 'The Exchange',
  status: 'active',
  url: 'https://exchange.example/messages',
  street: EXAMPLE.outside,
  messages: 120,
  reports: 187,
  version: 1,
  created_at: EXAMPLE.at,
} as const
const EXAMPLE_SECRET = 'whsec_c2VjcmV0LW9mLTI0LWJ5dGVzLWxvbmc='

/** Plain decimal text. What it counts depends on the order's instrument, which the surface looks up. */
const decimal = (description: string) =>
  text({
    max: 64,
    pattern: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/,
    meaning: 'plain decimal text such as "12.5"',
    description,
  })

const KEEPING = [
  operation('venues.create', {
    kind: 'command',
    method: 'POST',
    path: '/venues',
    summary: 'Have orders matched by an outside venue',
    description:
      'Instruments that name it send their orders there, as numbered messages that are signed by the Standard ' +
      'Webhooks scheme; the secret is shown in this answer only.',
    scope: 'instruments:write',
    input: object({ name: venueName(), display_name: venueDisplayName(), url: url() }),
    output: object({ venue: id('ven'), street: id('acc'), secret: secret(), sequence: count() }),
    refusals: ['not_visible', 'name_taken', 'limit_reached'],
    example: {
      request: { name: 'exchange', display_name: 'The Exchange', url: 'https://exchange.example/messages' },
      response: { venue: EXAMPLE.venue, street: EXAMPLE.outside, secret: EXAMPLE_SECRET, sequence: 950 },
    },
  }),
  operation('venues.update', {
    kind: 'command',
    method: 'PATCH',
    path: '/venues/{venue}',
    summary: 'Change where a venue is reached, pause it, or give it another secret',
    description: 'A suspended venue gets no orders, and its messages wait; what it reports is still booked.',
    scope: 'instruments:write',
    input: object({
      venue: id('ven'),
      display_name: optional(venueDisplayName()),
      url: optional(url()),
      status: optional(choice(VENUE_STATUSES)),
      new_secret: optional(flag('Make another secret; the old one signs nothing any more'), false),
    }),
    output: object({ venue: id('ven'), version: version(), secret: present(secret()), sequence: count() }),
    refusals: ['not_visible', 'version_mismatch'],
    ifMatch: true,
    example: {
      request: { venue: EXAMPLE.venue, status: 'suspended' },
      response: { venue: EXAMPLE.venue, version: 2, sequence: 951 },
    },
  }),
  operation('venues.get', {
    kind: 'query',
    method: 'GET',
    path: '/venues/{venue}',
    summary: 'Read a venue, and how far messages and reports have come',
    scope: 'instruments:read',
    input: object({ venue: id('ven') }),
    output: venue,
    refusals: ['not_visible'],
    example: { request: { venue: EXAMPLE.venue }, response: EXAMPLE_VENUE },
  }),
  operation('venues.list', {
    kind: 'query',
    method: 'GET',
    path: '/venues',
    summary: 'List the outside venues',
    scope: 'instruments:read',
    input: object({}),
    output: page(venue),
    refusals: ['not_visible'],
    example: { request: {}, response: { items: [EXAMPLE_VENUE], next_cursor: null } },
  }),
] as const

const REPORTING = [
  operation('venues.report', {
    kind: 'command',
    method: 'POST',
    path: '/venues/{venue}/reports',
    summary: 'Report what became of an order that the venue holds',
    description:
      'The venue counts its reports from one. Each number is taken once: a repeat is answered alike and changes ' +
      'nothing, and one that leaves a number out is refused with the number that is expected. A report that does ' +
      'not fit its order, or names one that never was, is taken, not booked, and kept as an event for a person to look ' +
      'at.',
    scope: 'venues:report',
    input: object({
      venue: id('ven'),
      number: count({ min: 1, description: 'One more than that of the report before' }),
      kind: choice(VENUE_REPORTS),
      order: id('ord'),
      price: optional(decimal('Of a fill: for one unit, in the instrument’s currency')),
      quantity: optional(decimal('Of a fill: in units of the instrument')),
      fee: optional(decimal('What the venue took; left out: as the instrument’s fee schedule says')),
      reference: optional(text({ max: 256, description: 'The venue’s own name for it; echoed' })),
      text: optional(text({ max: 256, description: 'What the venue says; echoed' })),
    }),
    output: object({
      number: count(),
      is_repeat: flag('It was taken before'),
      is_booked: flag('It fitted its order'),
      sequence: count(),
    }),
    refusals: ['not_visible', 'report_gap'],
    example: {
      request: {
        venue: EXAMPLE.venue,
        number: 1,
        kind: 'accepted',
        order: 'ord_81',
        reference: 'exchange-5512',
      },
      response: { number: 1, is_repeat: false, is_booked: true, sequence: 952 },
    },
  }),
] as const

export const VENUE_OPERATIONS = [...KEEPING, ...REPORTING] as const
