/** What `settings.set` and `settings.clear` share: one dated row of a node, written or replaced. */
import type { Id, Instant, Plain } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { isSettingName, type SettingName } from '../catalogue.js'
import type { SettingId } from '../fields.js'
import { type SettingsContext, VALUES_OF_SETTING_MAX } from '../settings.js'

export type DatedSetting = {
  readonly node: Id
  readonly name: string
  /** Null: now. */
  readonly from: Instant | null
}

export function checkSettingName(name: string): SettingName {
  if (!isSettingName(name)) refuse('setting_invalid', `there is no setting ${name}`, { field: '/name' })
  return name
}

export function writeSetting(
  context: SettingsContext,
  { node, name: given, from: wanted }: DatedSetting,
  written: { readonly value: Plain; readonly isCleared: boolean },
): SettingId {
  const { settings, image, now, doer } = context
  const { values, nodes } = settings
  const name = checkSettingName(given)
  if (nodes.targetOf(node) === undefined) refuse('not_visible', 'there is no such thing within reach')
  const from = wanted ?? now
  if (from < now)
    refuse('setting_invalid', 'a setting starts now or later, the past stays as it was', { field: '/from' })
  const before = settings.explain(name, node, from)
  const dated = settings.order.of(name, node)
  const same = dated.find((row) => values.from.get(row) === from)
  if (same !== undefined) values.remove(same)
  else if (dated.length >= VALUES_OF_SETTING_MAX)
    refuse('limit_reached', `a node can have ${VALUES_OF_SETTING_MAX} dated values of a setting`)
  const id = image.newId<SettingId>()
  values.insert(id, { node, name, ...written, from, setBy: doer.user, createdAt: now })
  context.emit({
    kind: written.isCleared ? 'setting.cleared' : 'setting.set',
    subject: nodes.nameOf(node),
    paths: [nodes.pathOf(node)],
    data: { name, from, before: before.value, after: settings.effective(name, node, from) },
  })
  return id
}
