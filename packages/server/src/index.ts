export { type Made, operatorFileIn } from './bootstrap.js'
export { type Clock, ManualClock, systemClock } from './host/clock.js'
export { type Delivered, type Delivery, EffectRunner } from './host/effects.js'
export { EngineHost, type HostOptions } from './host/engine-host.js'
export { LEASE_MARGIN_MILLISECONDS, LEASE_MILLISECONDS, Lease } from './host/lease.js'
export { SecretKeyFault } from './host/sealing.js'
export { SILENCE_MILLISECONDS, Standby, type StandbyOptions } from './host/standby.js'
export { systemTimer, type Timer } from './host/timer.js'
export {
  type BackupReport,
  backUp,
  type CopyProof,
  copyBook,
  keyPartBeside,
  restoreBook,
  verifyBackup,
} from './ops/backup.js'
export { type CompactProof, compactData, KEPT_DAYS_MAX, KEPT_DAYS_MIN } from './ops/compact.js'
export * from './ops/configuration.js'
export { demoFileIn } from './ops/demo-world.js'
export { migrateData, NoBook, type OfflineProof, verifyData } from './ops/offline.js'
export { whereKept } from './ops/open-store.js'
export { VERSION } from './ops/version.js'
export { type RunningServer, type ServerOptions, startServer } from './server.js'
export type { Answer, Request, Settled, Subscription } from './services.js'
