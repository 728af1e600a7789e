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
import { nameOf, readableAccount } from './accounts.js'
import type { Call, Route } from './call.js'
import { csvOf } from './csv.js'
import { Download } from './download.js'
import { Fields } from './fields.js'
import { entryTypeShown, typesMeant } from './ledger-types.js'
import { readCurrency, shownAmount } from './money.js'
import { readHistory, readPage } from './pages.js'

export const SCOPE = 'positions:read'
export const ORDER = ['sequence', 'position']
const DESCRIPTION_LENGTH_MAX = 200

interface Asked {
  readonly account: string
  readonly target: { readonly account: ParticipantAccount['id'] }
  readonly query: Omit<HistoryQuery, 'limit' | 'after'>
}

export async function readAsked(call: Call, fields: Fields): Promise<Asked> {
  const name = fields.requiredText('account')
  const currency = fields.text('currency')
  const symbol = fields.text('symbol')
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
    query: {
      equals: {
        account: account.id,
        ...(code === null ? {} : { currency: code }),
        ...(symbol === null ? {} : { symbol }),
      },
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
  symbol: row.symbol ?? '',
  updateBusinessDate: row.business_date,
})

async function list(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const page = readPage(fields)
  const { account, query } = await readAsked(call, fields)
  const { rows, nextPageToken, eof } = await readHistory(call, 'entries', ORDER, query, page)
  return { entries: rows.map((row) => ledgerEntry(account, row)), nextPageToken, eof }
}

/** Without an entry the body is empty; otherwise a header line and the entries, a thousand at a time. */
async function download(call: Call): Promise<unknown> {
  const { account, query } = await readAsked(call, Fields.ofQuery(call.incoming.query))
  const lines = async (rows: readonly HistoryRow[]) => rows.map((row) => ledgerEntry(account, row))
  const content = Readable.from(csvOf(call, { table: 'entries', order: ORDER, query, lines }))
  return new Download('text/csv; charset=utf-8', 'balance-ledger.csv', content)
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
