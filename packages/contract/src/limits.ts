/** The page of limits: what is bounded, and by how much. A test of the server holds it to the constants of the engine. */

import { SETTLED_INSTRUMENTS_MAX } from './operations/market-past.js'
import { MOVE_LEGS_MAX } from './operations/positions.js'
import { PRICES_OF_REQUEST_MAX } from './operations/prices.js'
import { LIMITS_OF_NODE_MAX } from './operations/risk-limits.js'
import { VENUE_DISPLAY_NAME_LENGTH_MAX, VENUE_NAME_LENGTH_MAX } from './operations/venues.js'
import {
  ANNOUNCEMENT_BODY_LENGTH_MAX,
  ANNOUNCEMENT_TITLE_LENGTH_MAX,
  ANNOUNCEMENTS_MAX,
} from './resources/announcements.js'
import {
  DISPLAY_NAME_LENGTH_MAX,
  NAME_LENGTH_MAX,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  REASON_LENGTH_MAX,
} from './resources/common.js'
import { SIMULATED_POSITIONS_MAX } from './resources/margin.js'
import { BOOK_DEPTH_MAX, STREAM_DEPTH_MAX, STREAM_INSTRUMENTS_MAX } from './resources/market.js'

interface Section {
  readonly title: string
  readonly rows: readonly (readonly [what: string, limit: string])[]
}

/** As people write it: `1,000`. */
const counted = (count: number): string => count.toLocaleString('en-US')

export const LIMITS: readonly Section[] = [
  {
    title: 'Requests and streams',
    rows: [
      ['Items of a page', `${PAGE_LIMIT_MAX}; ${PAGE_LIMIT_DEFAULT} unless asked for`],
      ['Commands of a batch', '500'],
      ['Accounts opened by one request', '5,000'],
      ['Characters of an idempotency key', '255, kept for at least 24 hours'],
      ['Bytes of a request body', '2 MiB'],
      ['Bytes of the headers of a request', '16 KiB'],
      ['Seconds in which a request has to arrive', '30'],
      ['Levels of nesting in JSON', '64'],
      ['Bytes of a socket message', '1 MiB'],
      ['Messages of a socket without an answer', '4,096'],
      ['Subscriptions of a socket', '100'],
      ['Seconds in which a socket has to say who it is of', '10'],
      ['Seconds between heartbeats of a socket; one that is not answered closes it', '15'],
      ['Kinds in a subscription', '50'],
      ['Instruments in a subscription to the market', counted(STREAM_INSTRUMENTS_MAX)],
      ['Bytes that a reader of events may leave unread', '1 MiB; a slower reader is disconnected'],
    ],
  },
  {
    title: 'The tree',
    rows: [
      ['Characters of a name', counted(NAME_LENGTH_MAX)],
      ['Characters of a display name', counted(DISPLAY_NAME_LENGTH_MAX)],
      ['Characters of a reason or a description', counted(REASON_LENGTH_MAX)],
      ['Levels of the tree', '32'],
      ['Accounts of a party', '1,000,000; fewer by the setting `limits.accounts_per_party`'],
      ['Subaccounts of an account', '1,000'],
      ['Subaccounts that a main account makes itself', '20'],
      ['Characters of the name that a main account gives a subaccount', '64'],
      ['Characters of an account’s attributes, written out', '8,192'],
      ['Characters of an account’s number at the clearing firm', '64'],
      ['Account groups of a party', '1,000'],
      ['Accounts of a group', '1,000'],
      ['Templates of a party', '200'],
      ['Blocks on one party, account or user', '100'],
      ['Dated values of a setting at a node', '100'],
      ['Announcements that stand', `${ANNOUNCEMENTS_MAX}; for a further one, withdraw one`],
      ['Characters of the title of an announcement', String(ANNOUNCEMENT_TITLE_LENGTH_MAX)],
      ['Characters of an announcement, line breaks included', String(ANNOUNCEMENT_BODY_LENGTH_MAX)],
    ],
  },
  {
    title: 'Users and credentials',
    rows: [
      ['Users of a party', '10,000'],
      ['Bindings of a user', '5,000'],
      ['Roles of a user', '16'],
      ['Roles that a party defines', '100'],
      ['Scopes in a list', '64'],
      ['Credentials of a user', '50'],
      ['Credentials of a party', '100'],
      ['Live public keys of a client', '2'],
      ['Addresses that a credential is bound to', '50'],
      ['Characters of the id of a client or of a key', '128'],
      ['Characters of a public key', '8,192'],
      ['Live tokens of a credential', '1,000'],
      ['Sessions of a credential; the next one ends the first', '16'],
      ['Pairs of tokens of a session; the next one ends the first', '16'],
      ['Characters of the name of a session', '64'],
      ['Keys of an account, of surfaces whose keys are of accounts', '8'],
      ['Characters of the name of such a key', '16'],
      ['Tokens in a chain of exchanges', '4'],
      ['Second factors of a user', '10, those that are not confirmed yet among them'],
      ['Characters of the name of a second factor', '64'],
      ['Characters of what a security key calls its key', '1,364'],
      ['Second factors in a row that may be wrong before they are locked', '5'],
      ['Minutes in which a second factor has to be confirmed', '10'],
      ['Hours in which a mail address has to be confirmed', '24'],
      ['Webhooks of a party', '10'],
      ['Kinds of a webhook', '50'],
      ['Characters of a webhook’s address', '2,048'],
      ['Characters of the external id of an identity check', '49'],
    ],
  },
  {
    title: 'Money and numbers',
    rows: [
      ['Units of a customer’s balance', '±(2^63 − 1), counted with guard digits'],
      ['Characters of the reference of a movement', '128'],
      ['Characters of an address outside', '128'],
      ['Characters of the label of an address', '64'],
      ['Addresses offered by one request', '1,000'],
      ['Addresses for deposits that are free', '10,000'],
      ['Addresses at which an account is paid, of a currency', '20'],
      ['Addresses that an account may send to', '100'],
      ['Characters of a number', '64'],
      ['Digits after the point of a quantity', '9, as the instrument says'],
      ['A price', '10^12'],
    ],
  },
  {
    title: 'Trading',
    rows: [
      ['Instruments of a book', '1,000,000'],
      ['Characters of a symbol', '64'],
      ['Own fields of an instrument', '64, of 16,384 characters in all'],
      ['Business days to settlement', '30'],
      ['Indexes of a book', '1,000'],
      ['Characters of the name of an index', '32'],
      ['Prices published by one request', counted(PRICES_OF_REQUEST_MAX)],
      ['Outside venues of a book', '1,000'],
      [
        'Characters of the name of an outside venue',
        `${VENUE_NAME_LENGTH_MAX}; ${VENUE_DISPLAY_NAME_LENGTH_MAX} of its display name`,
      ],
      ['Levels of a book, a side', `${counted(BOOK_DEPTH_MAX)}; ${STREAM_DEPTH_MAX} in a subscription`],
      ['Accounts in a list of open orders', '100'],
      ['Orders cancelled by one request', '1,000'],
      ['Positions of one simulation', counted(SIMULATED_POSITIONS_MAX)],
      ['Instruments in a list of settlements', counted(SETTLED_INSTRUMENTS_MAX)],
      ['Positions moved by one request', counted(MOVE_LEGS_MAX)],
      [
        'Moves of positions of a main account in 168 hours',
        '100; another by the setting `positions.moves_per_week`',
      ],
      [
        'Orders that one command trades with, or ends because they stand in the way',
        '500; what is left is cancelled',
      ],
      ['Orders that one step of closing or expiring ends', '500; the rest in further steps'],
      ['All-or-none orders that wait in an instrument', '100; a further one ends'],
      ['Trailing stops that wait in an instrument', '500'],
      [
        'Orders that follow one command of prices',
        '2,000; those of further instruments follow 2 milliseconds later',
      ],
      ['Lots that an iceberg shows', '100 at least'],
      ['Orders of an instrument whose price follows the index', '100'],
      ['Volatility that an order follows, in percent a year', '0.01 to 2,000'],
      ['Last minutes of an option in which no order follows a volatility', '5'],
      ['Orders of an account that others hang on', '100'],
      ['Protections of an account', '50'],
      ['Groups of quotes of an account', '16'],
      ['Characters of the name of a group of quotes', '64'],
      ['Open orders of a protection', '250'],
      ['Instruments quoted by one request', '100'],
      ['Characters of the name of a message of quotes, or of a set of them', '64'],
      ['Seconds for which a cancel can keep quotes away', '1'],
      ['Seconds of the interval of a protection', '60'],
      ['Seconds of the freeze of a protection', '3,600; 0: until it is reset'],
      ['Connections of an account that cancel its orders as they end', '200'],
      ['Characters of the id of a connection', '64'],
      ['Times of what an iceberg shows that it may hide', '100, exclusive'],
      ['Unfunded orders of others that one command cancels', '250; the rest in steps'],
      ['Characters of a client order id', '64'],
      ['Characters of a label', '64'],
      ['Characters of a self-match id', '64'],
      ['Tags of an order', '16, of 128 characters each'],
      ['Lots of a position', '1,000; what is opened beyond joins the newest'],
      ['Risk limits of a node', counted(LIMITS_OF_NODE_MAX)],
      ['What a risk limit can say of open orders, or of orders a second', '1,000,000'],
    ],
  },
]
