/** `settings.effective`: what is in force at a node, each value with the node and the date that it comes from. */
import { type Id, type Instant, query } from '../../image/index.js'
import { SETTING_NAMES, SETTINGS } from '../catalogue.js'
import { checkSettingName } from '../commands/write-setting.js'
import type { EffectiveSetting, SettingsContext } from '../settings.js'

export interface EffectiveSettings {
  readonly node: Id
  /** Null: all. */
  readonly name: string | null
  /** Null: now. */
  readonly at: Instant | null
}

export interface ShownSetting extends EffectiveSetting {
  readonly description: string
  /** Dated values that the node has of its own, coming ones included, oldest first. */
  readonly own: readonly { readonly value: unknown; readonly isCleared: boolean; readonly from: Instant }[]
}

export const effectiveSettings = query({
  name: 'settings.effective',
  scope: 'settings:read',
  needs: ({ settings }: SettingsContext, { node }: EffectiveSettings) => [
    { ability: 'read', target: settings.nodes.targetOf(node) ?? { party: node } },
  ],
  read({ settings, now }, { node, name, at }): { readonly items: readonly ShownSetting[] } {
    const { values, order } = settings
    const names = name === null ? SETTING_NAMES : [checkSettingName(name)]
    return {
      items: names.map((each) => ({
        ...settings.explain(each, node, at ?? now),
        description: SETTINGS[each].description,
        own: order.of(each, node).map((row) => ({
          value: values.value.get(row),
          isCleared: values.isCleared.get(row),
          from: values.from.get(row),
        })),
      })),
    }
  },
})
