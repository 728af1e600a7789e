/** `settings.clear`: from a date on the node has no value of its own and inherits again. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { SettingsContext } from '../settings.js'
import { checkSettingName, type DatedSetting, writeSetting } from './write-setting.js'

export type ClearSetting = DatedSetting

export const clearSetting = command({
  name: 'settings.clear',
  scope: 'settings:write',
  needs: ({ settings }: SettingsContext, { node }: ClearSetting) => [
    { ability: 'administer', target: settings.nodes.targetOf(node) ?? { party: node } },
  ],
  approval: (_context, { node, name }) =>
    name === 'approvals.policy' ? { kind: 'rights', party: node } : null,
  decide(context, { node, name, from }) {
    const { settings, now } = context
    if (settings.order.of(checkSettingName(name), node).length === 0)
      refuse('setting_invalid', 'the node has no value of its own', { field: '/name' })
    return {
      setting: writeSetting(context, { node, name, from: from ?? now }, { value: null, isCleared: true }),
    }
  },
})
