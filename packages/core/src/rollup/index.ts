export * from './proofs.js'
export * from './queries/index.js'
export * from './rollup.js'
export * from './subtree-counts.js'
