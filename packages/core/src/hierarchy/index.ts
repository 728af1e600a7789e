export * from './commands/index.js'
export * from './hierarchy.js'
export * from './names.js'
export * from './tree-order.js'
