import { effectiveSettings } from './effective-settings.js'

export * from './effective-settings.js'

export const SETTINGS_QUERIES = [effectiveSettings] as const
