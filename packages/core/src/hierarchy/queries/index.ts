import { getAccount, getGroup, getParty } from './get-node.js'
import { listBlocks, listGroups, listTemplates } from './list-few.js'
import { getProcess, listProcesses } from './processes.js'

export * from './get-node.js'
export * from './list-few.js'
export * from './processes.js'

export const HIERARCHY_QUERIES = [
  getParty,
  getAccount,
  getGroup,
  listGroups,
  listBlocks,
  listTemplates,
  getProcess,
  listProcesses,
] as const
