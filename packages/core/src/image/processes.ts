/**
 * Long work as rows. A process is a journaled row with a cursor; due work advances it in bounded steps, the next one
 * due a little later than the command that found it, so that other traffic runs in between. Because all of it is rows,
 * a crash loses nothing: after a restart the next step is due. What it works on and what came of it is kept in parts,
 * one row for each step, so that no step writes more than it changed.
 */
import {
  choice,
  count,
  type Plain,
  type Row,
  ref,
  refOrNull,
  text,
  time,
  timeOrNull,
  value,
} from './column.js'
import type { Moment } from './command.js'
import type { Id } from './ids.js'
import type { Image } from './image.js'
import { after, type Instant, MILLISECOND } from './instant.js'
import { Relation } from './relation.js'
import { NO_ROW, type Table } from './table.js'

export type ProcessId = Id<'process'>
export type PartId = Id<'process-part'>

/** No command changes more rows than this; larger work is a process. */
export const ROWS_OF_COMMAND_MAX = 5_000
/** Items of one step. A step changes few rows for each, so it stays well below the limit of a command. */
export const ITEMS_OF_STEP = 250
/** How long other traffic has the engine to itself between two steps. */
export const STEP_PAUSE = 2 * MILLISECOND

export const PROCESS_STATES = ['running', 'completed'] as const

const processFields = {
  /** The operation that it carries out, e.g. `accounts.open_many`. */
  kind: text(),
  state: choice(PROCESS_STATES),
  /** The node that it works on: whoever may read the node may read the process. */
  party: ref<Id>(),
  parameters: value<Plain>(),
  total: count(),
  /** Items that are through, failed ones included. */
  cursor: count(),
  failures: count(),
  nextStepAt: timeOrNull(),
  startedBy: refOrNull<Id>(),
  createdAt: time(),
  endedAt: timeOrNull(),
}

const partFields = {
  process: ref<ProcessId>(),
  /** The place of its first item in the whole. */
  start: count(),
  /** Null where the items follow from the parameters. */
  items: value<readonly Plain[] | null>(),
  /** One for each item that is through: `{ done: … }` or `{ refused: { code, detail } }`. */
  results: value<readonly ItemResult[]>(),
}

export type ItemResult =
  | { readonly done: Plain }
  | { readonly refused: { readonly code: string; readonly detail: string } }

export interface ProcessContext extends Moment {
  readonly processes: Processes
}

/** A kind of process: how one item is carried out. A refusal is recorded for the item, and the rest goes on. */
export interface ProcessKind<Context extends ProcessContext> {
  readonly name: string
  /** `item` is null where the items follow from the parameters and the place. */
  carryOut(context: Context, parameters: Plain, item: Plain, place: number): Plain
  /** Where the events of the process belong: the owner path of its node. */
  path(context: Context, party: Id): string
}

export interface NewProcess {
  readonly kind: string
  readonly party: Id
  readonly path: string
  readonly parameters: Plain
  /** The items themselves, or how many follow from the parameters. */
  readonly items: readonly Plain[] | number
}

export class Processes {
  readonly table: Table<ProcessId, typeof processFields>
  readonly parts: Table<PartId, typeof partFields>
  readonly partsOf: Relation<ProcessId>
  readonly ofParty: Relation<Id>

  constructor(private readonly image: Image) {
    this.table = image.table('processes', 'prc', processFields)
    this.parts = image.table('process_parts', 'prp', partFields)
    this.partsOf = new Relation(this.parts, this.parts.process)
    this.ofParty = new Relation(this.table, this.table.party)
    image.derived(this.partsOf)
    image.derived(this.ofParty)
    image.enrolDue(this.table, this.table.nextStepAt)
  }

  start(moment: Moment, { kind, party, path, parameters, items }: NewProcess): ProcessId {
    const id = this.image.newId<ProcessId>()
    const total = typeof items === 'number' ? items : items.length
    this.table.insert(id, {
      kind,
      state: 'running',
      party,
      parameters,
      total,
      cursor: 0,
      failures: 0,
      nextStepAt: after(moment.now, STEP_PAUSE),
      startedBy: moment.doer.user,
      createdAt: moment.now,
      endedAt: null,
    })
    // Where the items follow from the parameters a part comes with its step, so that beginning takes no time.
    const given = typeof items === 'number' ? [] : items
    for (let start = 0; start < given.length; start += ITEMS_OF_STEP)
      this.begin(id, start, given.slice(start, start + ITEMS_OF_STEP))
    moment.emit({ kind: 'process.started', subject: `prc_${id}`, paths: [path], data: { kind, total } })
    return id
  }

  /** Carries out the next part of a process and says when the one after it is due. */
  step<Context extends ProcessContext>(context: Context, row: Row, kind: ProcessKind<Context>): void {
    const { table } = this
    const cursor = table.cursor.get(row)
    const total = table.total.get(row)
    const known = this.partAt(table.id(row), cursor)
    const count = Math.min(ITEMS_OF_STEP, total - cursor)
    // Work on nothing has no part.
    const part = known === NO_ROW && count > 0 ? this.begin(table.id(row), cursor, null) : known
    const items = part === NO_ROW ? null : this.parts.items.get(part)
    const results: ItemResult[] = []
    for (let index = 0; index < count; index += 1) {
      const attempted = context.attempt(() =>
        kind.carryOut(context, table.parameters.get(row), items?.[index] ?? null, cursor + index),
      )
      results.push(
        'result' in attempted
          ? { done: attempted.result }
          : { refused: { code: attempted.refusal.code, detail: attempted.refusal.detail } },
      )
    }
    if (part !== NO_ROW) this.parts.results.set(part, results)
    table.cursor.set(row, cursor + count)
    const failed = results.filter((result) => 'refused' in result).length
    table.failures.set(row, table.failures.get(row) + failed)
    if (cursor + count < total) table.nextStepAt.set(row, after(context.horizon, STEP_PAUSE))
    else this.complete(context, row, kind.path(context, table.party.get(row)))
  }

  /** Results from `first` on, in order of the items, at most `limit`. */
  results(process: ProcessId, first: number, limit: number): ItemResult[] {
    const results: ItemResult[] = []
    for (let place = first; results.length < limit; ) {
      const part = this.partAt(process, place)
      if (part === NO_ROW) break
      const start = this.parts.start.get(part)
      const found = this.parts.results.get(part).slice(place - start, place - start + limit - results.length)
      if (found.length === 0) break
      results.push(...found)
      place += found.length
    }
    return results
  }

  private begin(process: ProcessId, start: number, items: readonly Plain[] | null): Row {
    return this.parts.insert(this.image.newId<PartId>(), { process, start, items, results: [] })
  }

  private partAt(process: ProcessId, place: number): Row {
    const start = place - (place % ITEMS_OF_STEP)
    for (let part = this.partsOf.head(process); part !== NO_ROW; part = this.partsOf.after(part)) {
      if (this.parts.start.get(part) === start) return part
    }
    return NO_ROW
  }

  private complete(moment: Moment, row: Row, path: string): void {
    const { table } = this
    const at: Instant = moment.now
    table.state.set(row, 'completed')
    table.nextStepAt.set(row, null)
    table.endedAt.set(row, at)
    moment.emit({
      kind: 'process.completed',
      subject: `prc_${table.id(row)}`,
      paths: [path],
      data: {
        kind: table.kind.get(row),
        total: table.total.get(row),
        failures: table.failures.get(row),
        before: 'running',
        after: 'completed',
      },
    })
  }
}
