/** What moved an account's cash or positions, the newest first (section 5.5), and what is asked of it. */
import type { AccountId, AccountView, CurrencyCode, HistoryRow } from '@stemma/core'
import { equitiesAt } from '../../host/equities.js'
import { accountView } from './account-shown.js'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { type Contract, contracts, currencyNamed, isOfCurrency, isSpot } from './instruments.js'
import type { Details } from './log-facts.js'
import { type Happening, happenings, idOfRow, placeBelow } from './log-happenings.js'
import { isPairTrade, isTransaction, type LogRow, rowsOf } from './log-rows.js'

const COUNT_MAX = 250
const COUNT_DEFAULT = 100
/** What one call looks through: where a query finds less in them, the next page goes on behind. */
export const HAPPENINGS_OF_CALL_MAX = 5_000
const BATCH = 250
const QUERY_LENGTH_MAX = 128

interface Asked {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly from: number
  readonly count: number
  readonly word: string | null
  readonly continuation: number | null
  readonly contracts: Details['contracts']
}

async function log(call: PrivateCall): Promise<unknown> {
  const { params, host } = call
  const account = accountRead(call)
  const currency = currencyNamed(params)
  const from = params.time('start_timestamp') ?? params.missing('start_timestamp')
  const end = params.time('end_timestamp') ?? params.missing('end_timestamp')
  if (end < from) throw invalidParam('end_timestamp', 'must not be before the start')
  const asked = {
    account,
    currency,
    from,
    count: params.count('count', COUNT_DEFAULT, COUNT_MAX),
    word: wordAsked(call),
    continuation: continuationAsked(call),
  }
  const own = (await contracts(call)).filter((contract) => isOfCurrency(contract, currency))
  const settled = own.filter((contract) => contract.currency === currency)
  const byId = new Map(settled.map((contract): [number, Contract] => [contract.id, contract]))
  const found = happenings(host, {
    account,
    currency,
    contracts: byId,
    pairs: new Map(own.filter(isSpot).map((contract) => [contract.symbol, contract])),
    // A millisecond holds a thousand of our instants.
    to: end + 999,
    before: asked.continuation === null ? null : placeBelow(asked.continuation),
  })
  return page(call, { ...asked, contracts: byId }, found)
}

function wordAsked({ params }: PrivateCall): string | null {
  const word = params.text('query')
  if (word !== null && word.length > QUERY_LENGTH_MAX)
    throw invalidParam('query', `must have at most ${QUERY_LENGTH_MAX} characters`)
  return word
}

function continuationAsked({ params }: PrivateCall): number | null {
  const continuation = params.whole('continuation')
  if (continuation !== null && continuation < 1)
    throw invalidParam('continuation', 'must be one that an answer gave')
  return continuation
}

/** Reads on until there is one row more than is wanted, or enough was looked through. */
async function page(
  call: PrivateCall,
  { account, currency, from, count, word, continuation, contracts: byId }: Asked,
  found: AsyncGenerator<Happening>,
): Promise<unknown> {
  const rows: LogRow[] = []
  let looked = 0
  let last: Happening | null = null
  for (let isMore = true; isMore && rows.length <= count && looked < HAPPENINGS_OF_CALL_MAX; ) {
    const batch = await take(found, word === null ? Math.min(BATCH, count + 1) : BATCH)
    const inTime = batch.filter(({ time }) => time >= from)
    isMore = inTime.length === batch.length && batch.length > 0
    looked += batch.length
    last = inTime.at(-1) ?? last
    const details = await detailsOf(call, { account, currency, contracts: byId }, inTime)
    for (const happening of inTime.filter(isTransaction))
      rows.push(
        ...rowsOf(happening, details).filter(
          ({ id, words }) =>
            (continuation === null || id < continuation) && (word === null || words.includes(word)),
        ),
      )
    if (!isMore) last = null
  }
  const shown = rows.slice(0, count)
  return { logs: shown.map((row) => row.shown), continuation: continuationOf(rows, count, last) }
}

/** Rows below it are on the next page; null where there is none. */
function continuationOf(rows: readonly LogRow[], count: number, last: Happening | null): number | null {
  if (rows.length > count) return rows[count - 1]?.id ?? null
  return last === null ? null : idOfRow(last.place, 0)
}

async function take(found: AsyncGenerator<Happening>, count: number): Promise<readonly Happening[]> {
  const taken: Happening[] = []
  while (taken.length < count) {
    const next = await found.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

/** What the rows say of trades, settlements, transfers and money from outside. */
async function detailsOf(
  call: PrivateCall,
  { account, currency, contracts: byId }: Pick<Asked, 'account' | 'currency' | 'contracts'>,
  found: readonly Happening[],
): Promise<Details> {
  const { host } = call
  const subjects = found.map(({ entries }) => String(entries[0]?.subject ?? '').split('_'))
  const idsOf = (kinds: readonly string[]): number[] =>
    subjects.filter(([kind = '']) => kinds.includes(kind)).map(([, id]) => Number(id))
  const read = (table: string, column: string, ids: readonly number[]): Promise<readonly HistoryRow[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : host.history(table, { oneOf: { [column]: [...new Set(ids)] }, limit: 2 * BATCH })
  const rowsById = (rows: readonly HistoryRow[]) => new Map(rows.map((row) => [Number(row.id), row]))
  const sequencesOf = (some: (each: Happening) => boolean): number[] =>
    found.filter(some).map(({ place }) => place.sequence)
  const [executions, exchanged, settlements, equities, transfers, funding] = await Promise.all([
    read(
      'executions',
      'id',
      found.flatMap(({ position }) => (position?.execution == null ? [] : [Number(position.execution)])),
    ),
    inSequences(call, 'executions', account, sequencesOf(isPairTrade)),
    inSequences(call, 'settlements', account, sequencesOf(isSettlement)),
    equitiesAt(host, account, currency, sequencesOf(isTransaction)),
    read('transfers', 'id', idsOf(['trf'])),
    read('funding', 'id', idsOf(['dep', 'wdr'])),
  ])
  const names = await namesOf(call, [
    account,
    ...transfers.flatMap(({ from, to }) => [Number(from), Number(to)]),
  ])
  return {
    account,
    username: names.get(account) ?? '',
    contracts: byId,
    executions: rowsById(executions),
    exchanged: new Map(exchanged.map((row) => [`${row.sequence}:${row.position}`, row])),
    settlements: new Map(settlements.map((row) => [`${row.sequence}:${row.position}`, row])),
    equities,
    transfers: rowsById(transfers),
    funding: rowsById(funding),
    nameOf: (other) => names.get(other) ?? '',
  }
}

const isSettlement = ({ position, entries }: Happening): boolean =>
  position?.type === 'position.settled' || entries[0]?.type === 'settlement'

/** One sequence may hold many, as a session that settles does: those of the account are found by the span of sequences. */
async function inSequences(
  { host }: PrivateCall,
  table: string,
  account: AccountId,
  sequences: readonly number[],
): Promise<readonly HistoryRow[]> {
  const [newest, oldest] = [sequences[0], sequences.at(-1)]
  if (newest === undefined || oldest === undefined) return []
  return host.history(table, {
    equals: { account },
    from: { sequence: oldest },
    to: { sequence: newest },
    newestFirst: true,
    limit: 10_000,
  })
}

async function namesOf(call: PrivateCall, accounts: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const views = await Promise.all(
    [...new Set(accounts)].map((account): Promise<AccountView> => accountView(call, account as AccountId)),
  )
  return new Map(views.map(({ id, displayName }) => [Number(id), displayName]))
}

export const LOG_METHODS: readonly Method[] = [
  { name: 'private/get_transaction_log', kind: 'private', scope: 'account:read', answer: log },
]
