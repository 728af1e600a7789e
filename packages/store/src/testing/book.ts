/**
 * A small book for the store's tests, made of the image alone: accounts with balances, transfers between them, and
 * the events and keyed results that commands would have left.
 */
import {
  type Batch,
  choice,
  count,
  EVENTS,
  type Event,
  flag,
  type HistoryTable,
  type Id,
  Image,
  type Instant,
  type KeyedResult,
  money,
  type Plain,
  ref,
  refOrNull,
  SECOND,
  type Table,
  text,
  textOrNull,
  timeOrNull,
  value,
  withDefault,
} from '@stemma/core/image'
import { add, amount } from '@stemma/core/money'
import type { Store, StoreSchema } from '../port.js'

const accountFields = {
  name: text(),
  displayName: textOrNull(),
  owner: refOrNull(),
  status: withDefault(choice(['active', 'closed']), 'active'),
  isFrozen: flag(),
  closedAt: timeOrNull(),
  limits: value<Plain>(),
  version: count(),
}

const balanceFields = { account: ref(), currency: text(), credits: money(), debits: money() }

/** Key and order of their own; the row of a transfer is replaced when it is settled. */
export const TRANSFERS: HistoryTable = {
  name: 'transfers',
  columns: [
    { name: 'transfer', kind: 'number' },
    { name: 'from', kind: 'number' },
    { name: 'to', kind: 'number' },
    { name: 'amount', kind: 'amount' },
    { name: 'note', kind: 'text' },
    { name: 'isSettled', kind: 'flag' },
  ],
  key: ['transfer'],
  indexes: [['from', 'transfer']],
  order: ['transfer'],
  rows({ kind, data: { moves: _moves, ...fields } }) {
    return kind.startsWith('transfer.') ? [{ ...fields, isSettled: kind === 'transfer.settled' }] : []
  },
}

const MOVES_PER_EVENT_MAX = 100

/** The items of a list in the events of transfers. */
export const MOVES: HistoryTable = {
  name: 'moves',
  columns: [
    { name: 'sequence', kind: 'number' },
    { name: 'position', kind: 'number' },
    { name: 'account', kind: 'number' },
    { name: 'amount', kind: 'amount' },
    { name: 'subject', kind: 'text' },
  ],
  key: ['sequence', 'position'],
  indexes: [['account', 'sequence', 'position']],
  order: ['sequence', 'position'],
  isAppended: true,
  itemsOf: { field: 'moves', columns: ['account', 'amount'], positionsOfEvent: MOVES_PER_EVENT_MAX },
  rows: ({ sequence, index, subject, data: { moves } }) =>
    Array.isArray(moves)
      ? moves.map(({ account, amount: moved }, place) => ({
          sequence,
          position: index * MOVES_PER_EVENT_MAX + place,
          account,
          amount: moved,
          subject,
        }))
      : [],
}

/** One for each event, with a field of its data beside it. */
export const NOTES: HistoryTable = {
  name: 'notes',
  columns: [
    { name: 'sequence', kind: 'number' },
    { name: 'position', kind: 'number' },
    { name: 'subject', kind: 'text' },
    { name: 'note', kind: 'json' },
  ],
  key: ['sequence', 'position'],
  indexes: [['subject', 'sequence', 'position']],
  order: ['sequence', 'position'],
  isAppended: true,
  fieldsOfEvent: { note: 'note' },
  rows: ({ sequence, index, subject, data: { note = null } }) => [
    { sequence, position: index, subject, note },
  ],
}

export class TestTables {
  readonly image = new Image()
  readonly accounts: Table<Id, typeof accountFields>
  readonly balances: Table<Id, typeof balanceFields>

  constructor() {
    this.accounts = this.image.table('accounts', 'acc', accountFields)
    this.balances = this.image.table('balances', 'bal', balanceFields)
  }
}

export const TEST_SCHEMA: StoreSchema = {
  tables: new TestTables().image.primaryTables().map(({ tableName, columns }) => ({
    name: tableName,
    columns: columns.map(({ name, kind, meaning, absent }) => ({ name, kind, meaning, absent })),
  })),
  history: [EVENTS, TRANSFERS, MOVES, NOTES],
}

/** Where threads find the schema: they run what was built. */
export const TEST_SOURCE = {
  schemaModule: new URL('../../dist/testing/book.js', import.meta.url).href,
  schemaExport: 'TEST_SCHEMA',
}

/** The batch as a version would have written it whose accounts had not all columns yet. */
export const lacking = (batch: Batch, names: readonly string[]): Batch => ({
  ...batch,
  images: batch.images.map((images) => {
    const places = images.columns.flatMap((name, index) => (names.includes(name) ? [index + 1] : []))
    return {
      ...images,
      columns: images.columns.filter((name) => !names.includes(name)),
      rows: images.rows.map((row) => row.filter((_, place) => !places.includes(place))),
    }
  }),
})

interface Transfer {
  readonly from: Id
  readonly to: Id
  readonly amount: bigint
  readonly note?: string | null
  readonly key?: string
}

/** What a transfer moves. A move with a note has more fields than columns; a transfer to the same account moves nothing. */
const movesOf = ({ from, to, amount: moved, note }: Transfer): Plain[] =>
  from === to
    ? []
    : [
        { account: from, amount: -moved },
        { account: to, amount: moved, ...(note === 'Miete' ? { note } : {}) },
      ]

export class TestBook {
  readonly tables = new TestTables()
  readonly image = this.tables.image
  /** Everything that was sealed, oldest first. */
  readonly batches: Batch[] = []
  private events: Event[] = []
  private results: KeyedResult[] = []

  /** Opens an account with a balance of `credits`. */
  open(name: string, credits = 0n, limits: Plain = null): Id {
    const account = this.image.newId()
    const { accounts, balances } = this.tables
    this.command('account.opened', `acc_${account}`, { name }, () => {
      accounts.insert(account, {
        name,
        displayName: name === '' ? null : `${name} \u{1f4b6}`,
        owner: null,
        status: 'active',
        isFrozen: false,
        closedAt: null,
        limits,
        version: 1,
      })
      const balance = { account, currency: 'USD', credits: amount(credits), debits: amount(0n) }
      balances.insert(this.image.newId(), balance)
    })
    return account
  }

  rename(account: Id, displayName: string): void {
    const { accounts } = this.tables
    this.command('account.renamed', `acc_${account}`, { displayName }, () => {
      accounts.displayName.set(accounts.row(account), displayName)
    })
  }

  /** Takes an account and its balance away. */
  remove(account: Id): void {
    const { accounts, balances } = this.tables
    this.command('account.removed', `acc_${account}`, {}, () => {
      balances.remove(this.balanceOf(account))
      accounts.remove(accounts.row(account))
    })
  }

  transfer({ from, to, amount: moved, note = null, key }: Transfer): number {
    const transfer = this.image.newId()
    const { credits, debits } = this.tables.balances
    const moves = movesOf({ from, to, amount: moved, note })
    const data = { transfer, from, to, amount: moved, note, moves }
    this.command('transfer.prepared', `trf_${transfer}`, data, () => {
      const [source, target] = [this.balanceOf(from), this.balanceOf(to)]
      debits.set(source, add(debits.get(source), amount(moved)))
      credits.set(target, add(credits.get(target), amount(moved)))
    })
    if (key !== undefined) this.keep(key, { transfer, amount: moved })
    return transfer
  }

  /** The row of the transfer in history is replaced. */
  settle(transfer: number, { from, to, amount: moved, note = null }: Transfer): void {
    this.command('transfer.settled', `trf_${transfer}`, { transfer, from, to, amount: moved, note }, () => {})
  }

  /** Time passes; commands take a second each. */
  pass(microseconds: number): void {
    const { head } = this.image
    this.image.head = { ...head, time: (head.time + microseconds) as Instant }
  }

  /** What happened since the last time, as one batch. */
  seal(): Batch {
    const batch: Batch = {
      firstSequence: (this.batches.at(-1)?.head.sequence ?? 0) + 1,
      head: this.image.head,
      events: this.events,
      images: this.image.seal(),
      results: this.results,
    }
    this.batches.push(batch)
    this.events = []
    this.results = []
    return batch
  }

  async commit(store: Store): Promise<number> {
    return (await store.append(this.seal())).batch
  }

  /** All rows of a history table, as they follow from the events alone. */
  historyOf(table: HistoryTable): Record<string, Plain>[] {
    const rows = new Map<string, Record<string, Plain>>()
    for (const { events } of this.batches) {
      for (const event of events) {
        for (const row of table.rows(event))
          rows.set(table.key.map((name) => row[name]).join(' '), { ...row })
      }
    }
    return [...rows.values()]
  }

  private command(kind: string, subject: string, data: Event['data'], change: () => void): void {
    const { sequence, time, idCounter } = this.image.head
    this.image.head = { sequence: sequence + 1, time: (time + SECOND) as Instant, idCounter }
    change()
    this.image.finishWork()
    this.events.push({
      sequence: sequence + 1,
      index: 0,
      time: this.image.head.time,
      kind,
      doer: { credential: 7 as Id, user: null, onBehalfOf: null },
      subject,
      paths: [`/1/${subject}/`],
      data,
      reason: null,
      request: `req_${sequence + 1}`,
    })
  }

  private keep(key: string, result: Plain): void {
    const { sequence, time: at } = this.image.head
    this.results.push({
      sequence,
      at,
      owner: 7 as Id,
      operation: 'transfers.create',
      key,
      bodyHash: key,
      result,
    })
  }

  private balanceOf(account: Id): number {
    const { balances } = this.tables
    for (const row of balances.each()) if (balances.account.get(row) === account) return row
    throw new Error(`expected account ${account} to have a balance`)
  }
}
