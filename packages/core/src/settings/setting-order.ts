/** The dated values by name and node, in order of their dates. Names that nobody has set cost one look. */
import {
  type Derived,
  type Id,
  type Instant,
  NO_ROW,
  type Plain,
  type Row,
  type Table,
} from '../image/index.js'
import { SETTING_NAMES, type SettingName } from './catalogue.js'
import type { SettingId, settingFields } from './fields.js'

export class SettingOrder implements Derived {
  readonly name = 'settings by node and date'
  private readonly byName = new Map<SettingName, Map<Id, Row[]>>()

  constructor(private readonly values: Table<SettingId, typeof settingFields>) {
    values.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
  }

  isUsed(name: SettingName): boolean {
    return this.byName.has(name)
  }

  /** The value of `node` with the latest date at or before `at`, or NO_ROW. */
  latest(name: SettingName, node: Id, at: Instant): Row {
    const rows = this.of(name, node)
    for (let index = rows.length - 1; index >= 0; index -= 1) {
      const row = rows[index] as Row
      if (this.values.from.get(row) <= at) return row
    }
    return NO_ROW
  }

  /** All dated values of `node`, oldest first. */
  of(name: SettingName, node: Id): readonly Row[] {
    return this.byName.get(name)?.get(node) ?? []
  }

  *canonical(): Iterable<Plain> {
    for (const name of SETTING_NAMES) {
      const nodes = this.byName.get(name) ?? new Map<Id, Row[]>()
      for (const node of [...nodes.keys()].sort((left, right) => left - right))
        yield [name, node, ...this.of(name, node).map((row) => this.values.id(row))]
    }
  }

  private enter(row: Row): void {
    const name = this.values.name.get(row)
    const node = this.values.node.get(row)
    const nodes = this.byName.get(name) ?? new Map<Id, Row[]>()
    this.byName.set(name, nodes)
    const rows = nodes.get(node) ?? []
    nodes.set(node, rows)
    const from = this.values.from.get(row)
    let place = rows.length
    while (place > 0 && this.values.from.get(rows[place - 1] as Row) > from) place -= 1
    rows.splice(place, 0, row)
  }

  private leave(row: Row): void {
    const name = this.values.name.get(row)
    const node = this.values.node.get(row)
    const nodes = this.byName.get(name)
    const rows = nodes?.get(node)
    if (nodes === undefined || rows === undefined) return
    rows.splice(rows.indexOf(row), 1)
    if (rows.length === 0) nodes.delete(node)
    if (nodes.size === 0) this.byName.delete(name)
  }
}
