export * from './commands.js'
export * from './fields.js'
