/** What moved an account's cash, newest first (section 5.5): the entries of its ledger. */
import { type Amount, type HistoryRow, type Plain, toMilliseconds } from '@stemma/core'
import { accountView } from './account-shown.js'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { currencyNamed } from './instruments.js'
import { amountShown } from './numbers.js'

const COUNT_MAX = 250
const COUNT_DEFAULT = 100

const TYPES: Readonly<Record<string, string>> = {
  deposit: 'deposit',
  withdrawal: 'withdrawal',
  withdrawal_pending: 'withdrawal',
  withdrawal_rejected: 'withdrawal',
  transfer: 'transfer',
  order_execution: 'trade',
  fee: 'trade',
  commission: 'trade',
  settlement: 'settlement',
  bankruptcy: 'settlement',
}
const WORDS = ['trade', 'withdrawal', 'settlement', 'deposit', 'transfer', 'correction'] as const

/** The place of an entry as one number, and back: positions are below a million, whatever the sequence. */
const POSITIONS = 1_000_000

async function log(call: PrivateCall): Promise<unknown> {
  const { params, host } = call
  const account = accountRead(call)
  const currency = currencyNamed(params)
  const from = params.time('start_timestamp') ?? params.missing('start_timestamp')
  const to = params.time('end_timestamp') ?? params.missing('end_timestamp')
  if (to < from) throw invalidParam('end_timestamp', 'must not be before the start')
  const word = params.oneOf('query', WORDS)
  const count = params.count('count', COUNT_DEFAULT, COUNT_MAX)
  const continuation = params.whole('continuation')
  const rows = await host.history('entries', {
    equals: { account, currency },
    ...(word === null ? {} : { oneOf: { type: typesOf(word) } }),
    from: { time: from },
    // A millisecond holds a thousand of our instants.
    to: { time: to + 999 },
    newestFirst: true,
    limit: count + 1,
    ...(continuation === null
      ? {}
      : { after: [Math.floor(continuation / POSITIONS), continuation % POSITIONS] }),
  })
  const shown = rows.slice(0, count)
  const last = shown.at(-1)
  const { displayName } = await accountView(call, account)
  return {
    logs: shown.map((row) => entryShown(row, displayName)),
    continuation: rows.length > count && last !== undefined ? placeOf(last) : null,
  }
}

const typeOf = (type: Plain | undefined): string => TYPES[String(type)] ?? 'correction'
const typesOf = (word: string): string[] =>
  word === 'correction'
    ? ['adjustment', 'correction', 'interest']
    : Object.keys(TYPES).filter((type) => TYPES[type] === word)

const placeOf = ({ sequence, position }: HistoryRow): number =>
  Number(sequence) * POSITIONS + Number(position)

function entryShown(row: HistoryRow, username: string): Readonly<Record<string, unknown>> {
  const currency = row.currency as never
  const change = amountShown(row.amount as Amount, currency)
  const isFee = row.type === 'fee' || row.type === 'commission'
  return {
    id: placeOf(row),
    user_seq: Number(row.sequence),
    user_id: row.account,
    username,
    timestamp: toMilliseconds(Number(row.time) as never),
    currency,
    type: typeOf(row.type),
    change,
    balance: amountShown(row.after as Amount, currency),
    cashflow: isFee ? 0 : change,
    commission: isFee ? -change : 0,
    instrument_name: row.symbol ?? null,
    side: '-',
    info: row.description ?? null,
  }
}

export const LOG_METHODS: readonly Method[] = [
  { name: 'private/get_transaction_log', kind: 'private', scope: 'account:read', answer: log },
]
