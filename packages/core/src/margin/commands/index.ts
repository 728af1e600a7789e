import { changeModel } from './change-model.js'

export * from './change-model.js'

export const MARGIN_COMMANDS = [changeModel] as const
