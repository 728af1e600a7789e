export * from './rollup.js'
