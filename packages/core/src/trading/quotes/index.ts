export * from './commands.js'
export * from './fields.js'
export type { Quote } from './quote.js'
export type { SideSettled } from './quoting.js'
