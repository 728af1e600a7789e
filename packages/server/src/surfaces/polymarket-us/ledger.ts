/** The balance ledger of an account: filtered pages, and the same as CSV. */
import { Readable } from 'node:stream'
import {
  type EntryType,
  formatInstant,
  type HistoryQuery,
  type HistoryRow,
  type Instant,
  type ParticipantAccount,
} from '@stemma/core'
import { stringify } from 'csv-stringify/sync'
import { nameOf, readableAccount } from './accounts.js'
import type { Call, Route } from './call.js'
import { Download } from './download.js'
import { Fields } from './fields.js'
import { entryTypeShown, typesMeant } from './ledger-types.js'
import { readCurrency, shownAmount } from './money.js'
import { PAGE_SIZE_MAX, readHistory, readPage } from './pages.js'

export const SCOPE = 'positions:read'
export const ORDER = ['sequence', 'position']
const DESCRIPTION_LENGTH_MAX = 200

interface Asked {
  readonly account: string
  readonly target: { readonly account: ParticipantAccount['id'] }
  readonly query: Omit<HistoryQuery, 'limit' | 'after'>
  /** Entries carry a symbol once there is trading; until then a filter by one finds nothing. */
  readonly isEmpty: boolean
}

export async function readAsked(call: Call, fields: Fields): Promise<Asked> {
  const name = fields.requiredText('account')
  const currency = fields.text('currency')
  const description = fields.text('description')
  if (description !== null && description.length > DESCRIPTION_LENGTH_MAX)
    throw fields.fault('description', `expected at most ${DESCRIPTION_LENGTH_MAX} characters`)
  const [from, to] = [fields.instant('startTime'), fields.instant('endTime')]
  const types = typesMeant(fields.texts('entryTypes'))
  const newestFirst = fields.flag('newestFirst')
  const code = currency === null ? null : readCurrency(fields, currency).code
  const account = await readableAccount(call, name, SCOPE)
  return {
    account: nameOf(account),
    target: { account: account.id },
    isEmpty: fields.text('symbol') !== null,
    query: {
      equals: { account: account.id, ...(code === null ? {} : { currency: code }) },
      oneOf: { type: types },
      ...(from === null ? {} : { from: { time: from } }),
      ...(to === null ? {} : { to: { time: to } }),
      ...(description === null ? {} : { contains: { description } }),
      newestFirst,
    },
  }
}

export const ledgerEntry = (account: string, row: HistoryRow) => ({
  id: `bl_${row.sequence}_${row.position}`,
  account,
  currency: row.currency,
  beforeBalance: shownAmount(row.before, row.currency),
  afterBalance: shownAmount(row.after, row.currency),
  description: row.description ?? '',
  updateTime: formatInstant(row.time as Instant),
  modifiedSecurityId: '',
  entryType: entryTypeShown(row.type as EntryType),
  symbol: '',
  updateBusinessDate: row.business_date,
})

async function list(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const page = readPage(fields)
  const { account, query, isEmpty } = await readAsked(call, fields)
  if (isEmpty) return { entries: [], nextPageToken: '', eof: true }
  const { rows, nextPageToken, eof } = await readHistory(call, 'entries', ORDER, query, page)
  return { entries: rows.map((row) => ledgerEntry(account, row)), nextPageToken, eof }
}

/** Without an entry the body is empty; otherwise a header line and the entries, a thousand at a time. */
async function download(call: Call): Promise<unknown> {
  const asked = await readAsked(call, Fields.ofQuery(call.incoming.query))
  const content = Readable.from(asked.isEmpty ? [] : csv(call, asked))
  return new Download('text/csv; charset=utf-8', 'balance-ledger.csv', content)
}

async function* csv(call: Call, { account, query }: Asked): AsyncIterable<string> {
  let after: readonly number[] | null = null
  for (let header = true; ; header = false) {
    const { rows, eof } = await readHistory(call, 'entries', ORDER, query, { size: PAGE_SIZE_MAX, after })
    if (rows.length > 0)
      yield stringify(
        rows.map((row) => ledgerEntry(account, row)),
        { header, escape_formulas: true },
      )
    const last = rows.at(-1)
    if (eof || last === undefined) return
    after = ORDER.map((column) => Number(last[column]))
  }
}

export const LEDGER_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/funding/balance-ledger', scope: SCOPE, limit: 'ledger', answer: list },
  {
    method: 'GET',
    path: '/funding/balance-ledger/download',
    scope: SCOPE,
    limit: 'ledgerDownload',
    answer: download,
  },
]
