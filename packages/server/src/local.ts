/** What is done to a book on this machine without serving it, so that a command can load it without the server. */
export { SecretKeyFault } from './host/sealing.js'
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
export { migrateData, NoBook, type OfflineProof, verifyData } from './ops/offline.js'
export { whereKept } from './ops/open-store.js'
