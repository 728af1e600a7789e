// The process: engine host, surfaces, operations. This file is the package's public face.
export { SecretKeyFault } from './host/sealing.js'
export {
  type Configuration,
  ConfigurationFault,
  checkDemoIsLocal,
  readConfiguration,
} from './ops/configuration.js'
export { demoFileIn } from './ops/demo-world.js'
export { migrateData, NoBook, type OfflineCheck, type OfflineProof, type OfflineReport, verifyData } from './ops/offline.js'
export { type RunningServer, type ServerOptions, startServer } from './server.js'
