export { Auditor, type Finding } from './auditor/auditor.js'
export { LedgerOracle, type Verdict } from './oracle/ledger-oracle.js'
export { SeededRandom } from './simulator/random.js'
export { type Run, type RunOptions, simulate } from './simulator/simulate.js'
