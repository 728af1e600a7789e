/** The table of the settings room: one row for each dated value of a node. */
import { choice, flag, type Id, type Plain, ref, refOrNull, time, value } from '../image/index.js'
import { SETTING_NAMES } from './catalogue.js'

export type SettingId = Id<'setting'>

export const settingFields = {
  node: ref<Id>(),
  name: choice(SETTING_NAMES),
  value: value<Plain>(),
  /** From this date on the node has no value of its own and inherits again. */
  isCleared: flag(),
  from: time(),
  setBy: refOrNull<Id>(),
  createdAt: time(),
}
