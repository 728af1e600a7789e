/** The reference pages, made from the registry and the catalogue. */
import { REFUSALS } from '@stemma/core/refusals'
import { refusalsOf } from './openapi.js'
import { VENUE_DISPLAY_NAME_LENGTH_MAX, VENUE_NAME_LENGTH_MAX } from './operations/venues.js'
import { BASE_PATH, OPERATIONS } from './registry.js'
import {
  DISPLAY_NAME_LENGTH_MAX,
  NAME_LENGTH_MAX,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  REASON_LENGTH_MAX,
} from './resources/common.js'
import { BOOK_DEPTH_MAX, STREAM_DEPTH_MAX, STREAM_INSTRUMENTS_MAX } from './resources/market.js'

const MADE = '<!-- Made from the contract by scripts/generate-contract.mjs; not written by hand. -->\n'

export function operationsPage(): string {
  const parts = OPERATIONS.map((operation) => {
    const { name, method, path, summary, description, scope, example } = operation
    return [
      `## ${name}`,
      `${summary}.${description === undefined ? '' : ` ${description}`}`,
      `\`${method} ${BASE_PATH}${path}\` · ${scope === null ? 'no scope' : `scope \`${scope}\``}${operation.ifMatch ? ' · takes `If-Match`' : ''}${operation.isWrite ? ' · takes `Idempotency-Key` and `?dry_run=true`' : ''}`,
      `\`\`\`json\n${JSON.stringify(example.request, null, 2)}\n\`\`\``,
      `\`\`\`json\n${JSON.stringify(example.response, null, 2)}\n\`\`\``,
      `Refusals: ${refusalsOf(operation)
        .map((code) => `\`${code}\``)
        .join(', ')}.`,
    ].join('\n\n')
  })
  return `${MADE}# Operations\n\nThe request shows path, query and body fields together, as the client and batches take them.\n\n${parts.join('\n\n')}\n`
}

export function refusalsPage(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { family, status, title, retryable }]) =>
      `| \`${code}\` | ${family} | ${status} | ${title} | ${retryable ? 'yes' : 'no'} |`,
  )
  return `${MADE}# Refusals\n\nA refusal changes nothing and has no sequence. The status is the one of the native API.\n\n| Code | Family | Status | Meaning | Worth retrying |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

const LIMITS: readonly (readonly [string, string])[] = [
  ['Characters of a name', String(NAME_LENGTH_MAX)],
  ['Characters of a display name', String(DISPLAY_NAME_LENGTH_MAX)],
  [
    'Characters of the name of an outside venue',
    `${VENUE_NAME_LENGTH_MAX}; ${VENUE_DISPLAY_NAME_LENGTH_MAX} of its display name`,
  ],
  ['Characters of a reason or a description', String(REASON_LENGTH_MAX)],
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
  ['Kinds in a subscription', '50'],
  ['Instruments in a subscription to the market', String(STREAM_INSTRUMENTS_MAX)],
  ['Levels of a book, a side', `${BOOK_DEPTH_MAX}; ${STREAM_DEPTH_MAX} in a subscription`],
  ['Accounts in a list of open orders', '100'],
  ['Orders cancelled by one request', '1,000'],
  [
    'Orders that one command trades with, or ends because they stand in the way',
    '500; what is left is cancelled',
  ],
  ['All-or-none orders that wait in an instrument', '100; a further one ends'],
  ['Unfunded orders of others that one command cancels', '250; the rest in steps'],
  ['Characters of a client order id', '64'],
  ['Tags of an order', '16, of 128 characters each'],
  ['Own fields of an instrument', '64, of 16,384 characters in all'],
  ['Bytes that a reader of events may leave unread', '1 MiB; a slower reader is disconnected'],
]

export const limitsPage = (): string =>
  `${MADE}# Limits\n\n| What | Limit |\n| --- | --- |\n${LIMITS.map(([what, limit]) => `| ${what} | ${limit} |`).join('\n')}\n`
