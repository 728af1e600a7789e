/** `processes.get` and `processes.list`: long work, how far it is, and what came of each item. */
import { type ItemResult, type ProcessId, query, type Row } from '../../image/index.js'
import { rowOf } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { PAGE_MAX } from '../names.js'

export type ProcessView = Omit<ReturnType<HierarchyContext['processes']['table']['read']>, 'parameters'> & {
  readonly id: ProcessId
}

export interface GetProcess {
  readonly process: ProcessId
  /** The place of the first result that is wanted, and how many, at most 500. */
  readonly first: number
  readonly limit: number
}

export const getProcess = query({
  name: 'processes.get',
  scope: 'accounts:read',
  needs: ({ processes }: HierarchyContext, { process }: GetProcess) => [
    { ability: 'read', target: { party: processes.table.party.get(rowOf(processes.table, process)) } },
  ],
  read(context, { process, first, limit }): ProcessView & { readonly results: readonly ItemResult[] } {
    const { processes } = context
    return {
      ...view(context, rowOf(processes.table, process)),
      results: processes.results(process, Math.max(0, first), Math.min(limit, PAGE_MAX)),
    }
  },
})

export const listProcesses = query({
  name: 'processes.list',
  scope: 'accounts:read',
  needs: (_context: HierarchyContext, { party }: { readonly party: PartyId }) => [
    { ability: 'read', target: { party } },
  ],
  /** The latest first. */
  read(context, { party }): { readonly items: readonly ProcessView[] } {
    const rows = context.processes.ofParty.of(party).reverse().slice(0, PAGE_MAX)
    return { items: rows.map((row) => view(context, row)) }
  },
})

function view({ processes }: HierarchyContext, row: Row): ProcessView {
  const { parameters: _parameters, ...shown } = processes.table.read(row)
  return { id: processes.table.id(row), ...shown }
}
