/** Funding: accounts, sources, transactions, deposits and withdrawals. */
import { createHash } from 'node:crypto'
import type { AccountId, ParticipantAccount } from '@stemma/core'
import { formatInstant, type HistoryRow, type Instant, type Plain } from '@stemma/core'
import { findAccount, nameOf, readableAccount } from './accounts.js'
import { bodyOf, type Call, type Route } from './call.js'
import { answered, settled } from './errors.js'
import { Fields } from './fields.js'
import { accountObject } from './identity.js'
import { readCurrency, readMoney, shownAmount } from './money.js'
import { readHistory, readPage } from './pages.js'

export const READ = 'funding:read'
const WRITE = 'funding:write'

const ACCOUNT_TYPES = ['CLEARING', 'REVENUE', 'HOLDING', 'ADVANCE'].map((name) => `ACCOUNT_TYPE_${name}`)

/** The attribute `fundingType` says which of the four an account is; without it, it is for trading. */
export function fundingTypeOf({ attributes }: ParticipantAccount): string {
  const { fundingType } = attributes as { readonly fundingType?: unknown }
  const type = `ACCOUNT_TYPE_${String(fundingType ?? 'clearing').toUpperCase()}`
  return ACCOUNT_TYPES.includes(type) ? type : 'ACCOUNT_TYPE_CLEARING'
}

const readAccounts = async ({ host, actor }: Call): Promise<readonly ParticipantAccount[]> =>
  answered(
    await host.read<readonly ParticipantAccount[]>('participants.accounts', actor, {
      user: null,
      name: null,
    }),
  )

const fundingAccount = (account: ParticipantAccount) => ({
  id: nameOf(account),
  name: account.displayName,
  accountType: fundingTypeOf(account),
  associatedFundingSources: [],
  riskAccountId: nameOf(account),
  creationTime: formatInstant(account.createdAt as Instant),
})

async function accounts(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const wanted = await accountsNamed(call, fields)
  const type = fields.text('accountType')
  const found = (await readAccounts(call)).filter(
    (account) =>
      (wanted.length === 0 || wanted.includes(account.id)) &&
      // An unknown type is the default value, which filters nothing.
      (type === null || !ACCOUNT_TYPES.includes(type) || fundingTypeOf(account) === type),
  )
  return { accounts: found.map(fundingAccount), nextPageToken: '', eof: true }
}

/** Those of `accountIds`, each within reach. */
const accountsNamed = async (call: Call, fields: Fields): Promise<readonly AccountId[]> => {
  const found = fields.texts('accountIds').map((name) => findAccount(call, name))
  return (await Promise.all(found)).map(({ id }) => id)
}

/** Sources are kept by the payment providers, of which none is connected. */
async function sources({ incoming }: Call): Promise<unknown> {
  readPage(Fields.ofQuery(incoming.query))
  return { fundingSources: [], nextPageToken: '', eof: true }
}

async function requirements(call: Call): Promise<unknown> {
  await accountsNamed(call, Fields.ofQuery(call.incoming.query))
  return { transactionRequirements: [], nextPageToken: '', eof: true }
}

async function rename(call: Call): Promise<unknown> {
  const { id } = call.incoming.params as { readonly id: string }
  const account = await findAccount(call, id)
  const body = Fields.of(bodyOf(call), ['account']).message('account', ['name', 'aliases'])
  const displayName =
    body?.message('aliases', ['displayName'])?.text('displayName') ?? body?.text('name') ?? null
  settled(
    await call.host.execute({
      command: 'accounts.update',
      actor: call.actor,
      input: { account: account.id, displayName, type: null, attributes: null, version: null },
      request: call.incoming.id,
    }),
  )
  return { account: fundingAccount(await findAccount(call, id)) }
}

export const STATES: Readonly<Record<string, string>> = {
  pending: 'TRANSACTION_STATE_PENDING',
  acknowledged: 'TRANSACTION_STATE_ACKNOWLEDGED',
  completed: 'TRANSACTION_STATE_COMPLETED',
  confirmed: 'TRANSACTION_STATE_COMPLETED',
  rejected: 'TRANSACTION_STATE_CANCELLED',
  cancelled: 'TRANSACTION_STATE_CANCELLED',
}

const TYPES: Readonly<Record<string, string>> = {
  deposit: 'TRANSACTION_TYPE_DEPOSIT',
  withdrawal: 'TRANSACTION_TYPE_WITHDRAWAL',
  cash_movement: 'TRANSACTION_TYPE_TRANSFER',
}

const LEDGER_TYPES: Readonly<Record<string, string>> = {
  deposit: 'LEDGER_ENTRY_TYPE_BALANCE_DEPOSIT',
  withdrawal: 'LEDGER_ENTRY_TYPE_BALANCE_WITHDRAWAL',
  vendor_fees: 'LEDGER_ENTRY_TYPE_BALANCE_WITHDRAWAL',
}

/** The kinds of movements behind the venue's types; none: all. */
export const kindsMeant = (types: readonly string[]): readonly string[] => keysOf(TYPES, types)

const keysOf = (table: Readonly<Record<string, string>>, names: readonly string[]): readonly string[] =>
  Object.keys(table).filter((key) => names.includes(table[key] ?? ''))

async function transactions(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const page = readPage(fields)
  const name = fields.text('accountId')
  const currency = fields.text('currency')
  const code = currency === null ? null : readCurrency(fields, currency).code
  const kinds = kindsMeant(fields.texts('transactionTypes'))
  const states = statesMeant(fields.texts('transactionStates'))
  const [from, to] = [fields.instant('startTime'), fields.instant('endTime')]
  const reached = name === null ? await readAccounts(call) : [await readableAccount(call, name, READ)]
  const shown = new Map(
    reached
      .filter(({ balances }) => balances !== null)
      .map((account) => [account.id as number, nameOf(account)]),
  )
  const query = {
    equals: code === null ? {} : { currency: code },
    oneOf: {
      account: [...shown.keys()],
      ...(kinds.length === 0 ? {} : { kind: kinds }),
      ...(states.length === 0 ? {} : { state: states }),
    },
    ...(from === null ? {} : { from: { updated_at: from } }),
    ...(to === null ? {} : { to: { updated_at: to } }),
    newestFirst: fields.flag('newestFirst'),
  }
  const { rows, nextPageToken, eof } = await readHistory(call, 'funding', ['id'], query, page)
  return { transactions: rows.map((row) => transaction(row, shown)), nextPageToken, eof }
}

/** A state that the venue does not have is the default value, which is PENDING. */
function statesMeant(names: readonly string[]): readonly string[] {
  const known = new Set(Object.values(STATES))
  return keysOf(
    STATES,
    names.map((name) => (known.has(name) ? name : 'TRANSACTION_STATE_PENDING')),
  )
}

export const transaction = (row: HistoryRow, names: ReadonlyMap<number, string>) => ({
  transactionId: String(row.id),
  fundingTransactionId: String(row.id),
  amount: shownAmount(row.amount, row.currency),
  currency: row.currency,
  description: row.description ?? '',
  ledgerEntryType: LEDGER_TYPES[String(row.purpose ?? row.kind)] ?? '',
  transactionType: TYPES[String(row.kind)] ?? '',
  transactionState: STATES[String(row.state)] ?? '',
  transactTime: formatInstant(row.updated_at as Instant),
  accountId: names.get(Number(row.account)) ?? '',
  fundingSourceId: '',
  fundingSourceType: '',
  beforeBalance: shownAmount(row.before, row.currency),
  afterBalance: shownAmount(row.after, row.currency),
})

const MOVE_FIELDS = ['accountId', 'amount', 'currency', 'fundingSourceId', 'description', 'idempotencyKey']

/** Deposits and withdrawals share one body; what differs is the command and what its result is called. */
function mover(kind: 'deposit' | 'withdrawal', reference: string) {
  return async (call: Call): Promise<unknown> => {
    const fields = Fields.of(bodyOf(call), MOVE_FIELDS)
    const name = fields.requiredText('accountId')
    const { amount, currency } = readMoney(fields)
    const description = fields.text('description')
    const source = fields.text('fundingSourceId')
    const account = await findAccount(call, name)
    const common = { account: account.id, currency, amount, reference: source ?? reference, description }
    const result = settled<Readonly<Record<string, Plain>>>(
      await call.host.execute({
        command: `${kind}s.create`,
        actor: call.actor,
        input: kind === 'deposit' ? { ...common, settle: false } : common,
        request: call.incoming.id,
        ...keyOf(call, fields.text('idempotencyKey')),
      }),
    )
    return {
      transaction: {
        transactionId: String(result[kind] ?? result.approval),
        fundingTransactionId: String(result[kind] ?? result.approval),
        amount: shownAmount(amount, currency),
        currency,
        description: description ?? '',
        ledgerEntryType: LEDGER_TYPES[kind],
        transactionType: TYPES[kind],
        transactionState: STATES.pending,
        transactTime: formatInstant(call.host.now()),
        accountId: nameOf(account),
        fundingSourceId: source ?? '',
      },
    }
  }
}

/** A key of the body, or the header; the same key with another body is refused. */
function keyOf(call: Call, given: string | null): { readonly key?: { key: string; bodyHash: string } } {
  const header = call.incoming.headers['idempotency-key']
  const key = given ?? (typeof header === 'string' ? header : null)
  if (key === null) return {}
  const body = JSON.stringify(call.incoming.body ?? null)
  return { key: { key, bodyHash: createHash('sha256').update(body).digest('hex') } }
}

async function openAccount(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['name', 'displayName', 'currency'])
  const name = fields.requiredText('name')
  const currency = fields.text('currency')
  const code = currency === null ? null : readCurrency(fields, currency).code
  const { party } = answered(
    await call.host.read<{ readonly party: { readonly id: number } }>('identity.whoami', call.actor, {}),
  )
  const input = {
    party: party.id,
    main: null,
    name,
    displayName: fields.text('displayName') ?? name,
    type: 'fully_collateralised',
    baseCurrency: code,
    needsClearing: false,
    attributes: {},
  }
  const outcome = await call.host.execute({
    command: 'accounts.open',
    actor: call.actor,
    input,
    request: call.incoming.id,
    ...keyOf(call, null),
  })
  settled(outcome)
  return accountObject(call, await findAccount(call, name))
}

async function getAccount(call: Call): Promise<unknown> {
  const { id, firm } = call.incoming.params as { readonly id: string; readonly firm?: string }
  return accountObject(
    call,
    await findAccount(call, firm === undefined ? id : `firms/${firm}/accounts/${id}`),
  )
}

export const FUNDING_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/funding/accounts', scope: READ, answer: accounts },
  { method: 'GET', path: '/funding/sources', scope: READ, answer: sources },
  { method: 'GET', path: '/funding/transactions', scope: READ, answer: transactions },
  { method: 'GET', path: '/funding/transaction-requirements', scope: READ, answer: requirements },
  { method: 'PATCH', path: '/funding/accounts/:id', scope: WRITE, answer: rename },
  { method: 'POST', path: '/aeropay/deposits', scope: WRITE, answer: mover('deposit', 'aeropay') },
  { method: 'POST', path: '/checkout/deposits', scope: WRITE, answer: mover('deposit', 'checkout') },
  { method: 'POST', path: '/funding/withdrawals', scope: WRITE, answer: mover('withdrawal', 'withdrawal') },
  { method: 'POST', path: '/accounts', scope: 'accounts:write', answer: openAccount },
  { method: 'GET', path: '/accounts/:id', scope: null, answer: getAccount },
  { method: 'GET', path: '/accounts/firms/:firm/accounts/:id', scope: null, answer: getAccount },
]
