/**
 * The settings room: dated configuration of the nodes of the tree. A value holds from its date on, for its node and
 * everything beneath it that has no value of its own; every answer says from which node and which date it comes.
 * The past is never rewritten: a value starts now or later, and taking one back is itself dated.
 */
import {
  type Id,
  type Image,
  type Instant,
  type Moment,
  NO_ROW,
  type Plain,
  type Row,
  type Table,
  type Target,
} from '../image/index.js'
import { SETTINGS, type SettingName, type SettingValue } from './catalogue.js'
import { type SettingId, settingFields } from './fields.js'
import { SettingOrder } from './setting-order.js'

/** Dated values that one node may have of one name. */
export const VALUES_OF_SETTING_MAX = 100

/** The nodes that have settings, as the room that keeps them shows them to this one. */
export interface Nodes {
  /** The node that settings are inherited from, or null at the root. */
  parentOf(node: Id): Id | null
  /** What a right on the node is asked for; undefined where there is no such node. */
  targetOf(node: Id): Target | undefined
  pathOf(node: Id): string
  /** The node's id as it is shown, e.g. `pty_7`. */
  nameOf(node: Id): string
}

export interface SettingsContext extends Moment {
  readonly settings: Settings
}

/** A value in force, and where it comes from; both null for the default of the catalogue. */
export interface EffectiveSetting {
  readonly name: SettingName
  readonly value: Plain
  readonly source: Id | null
  readonly from: Instant | null
  readonly isDefault: boolean
}

export class Settings {
  readonly values: Table<SettingId, typeof settingFields>
  readonly order: SettingOrder

  constructor(
    image: Image,
    readonly nodes: Nodes,
  ) {
    this.values = image.table('settings', 'set', settingFields)
    this.order = new SettingOrder(this.values)
    image.derived(this.order)
  }

  /** Whether the setting has a value of its own anywhere. */
  isUsed(name: SettingName): boolean {
    return this.order.isUsed(name)
  }

  /** The value in force at `node` at `at`. */
  effective<N extends SettingName>(name: N, node: Id, at: Instant): SettingValue<N> {
    const row = this.inForce(name, node, at)
    return (row === NO_ROW ? SETTINGS[name].defaultValue : this.values.value.get(row)) as SettingValue<N>
  }

  /** The same with its source. */
  explain(name: SettingName, node: Id, at: Instant): EffectiveSetting {
    const row = this.inForce(name, node, at)
    if (row === NO_ROW)
      return { name, value: SETTINGS[name].defaultValue, source: null, from: null, isDefault: true }
    const { values } = this
    return {
      name,
      value: values.value.get(row),
      source: values.node.get(row),
      from: values.from.get(row),
      isDefault: false,
    }
  }

  /** The row that decides, at the node or the nearest one above it that has a value then. */
  private inForce(name: SettingName, node: Id, at: Instant): Row {
    if (!this.order.isUsed(name)) return NO_ROW
    for (let place: Id | null = node; place !== null; place = this.nodes.parentOf(place)) {
      const row = this.order.latest(name, place, at)
      if (row !== NO_ROW && !this.values.isCleared.get(row)) return row
    }
    return NO_ROW
  }
}
