export * from './credentials.js'
export * from './port.js'
export { createDemoWorld, type DemoWorld } from './world.js'
