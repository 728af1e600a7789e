export * from './margin.js'
export * from './models.js'
export * from './queries/index.js'
export * from './requirements.js'
