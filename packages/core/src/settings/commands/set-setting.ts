/** `settings.set`: a value for a node and everything beneath it, from a date on. */
import { command, type Plain } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { settingFault } from '../catalogue.js'
import type { SettingsContext } from '../settings.js'
import { checkSettingName, type DatedSetting, writeSetting } from './write-setting.js'

export type SetSetting = DatedSetting & { readonly value: Plain }

export const setSetting = command({
  name: 'settings.set',
  scope: 'settings:write',
  needs: ({ settings }: SettingsContext, { node }: SetSetting) => [
    { ability: 'administer', target: settings.nodes.targetOf(node) ?? { party: node } },
  ],
  // Who approves what is itself a right.
  approval: (_context, { node, name }) =>
    name === 'approvals.policy' ? { kind: 'rights', party: node } : null,
  decide(context, { node, name, from, value }) {
    const fault = settingFault(checkSettingName(name), value)
    if (fault !== null) refuse('setting_invalid', `expected ${name} to be ${fault}`, { field: '/value' })
    return { setting: writeSetting(context, { node, name, from }, { value, isCleared: false }) }
  },
})
