import { clearSetting } from './clear-setting.js'
import { setSetting } from './set-setting.js'

export * from './clear-setting.js'
export * from './set-setting.js'

export const SETTINGS_COMMANDS = [setSetting, clearSetting] as const
