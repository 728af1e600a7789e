/** `parties.suspend`, `parties.reactivate` and `parties.close`: the life of a party. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkVersion, nextVersion, partyRow } from '../checks.js'
import type { NodeStatus, PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'

export type PartyTransition = { readonly party: PartyId; readonly version: number | null }

interface Transition {
  readonly verb: string
  readonly event: string
  readonly from: readonly NodeStatus[]
  readonly to: NodeStatus
  precondition?(context: HierarchyContext, row: Row): void
}

const transition = ({ verb, event, from, to, precondition }: Transition) =>
  command({
    name: `parties.${verb}`,
    scope: 'parties:write',
    needs: (_context: HierarchyContext, { party }: PartyTransition) => [
      { ability: 'administer', target: { party } },
    ],
    decide(context, { party, version }) {
      const { hierarchy } = context
      const row = partyRow(hierarchy, party)
      checkVersion(hierarchy.parties, row, version)
      if (row === hierarchy.root)
        refuse('root_is_fixed', `the operator of the book stays as it is, expected another party to ${verb}`)
      const before = hierarchy.parties.status.get(row)
      if (!from.includes(before)) refuse('transition_invalid', `the party is ${before}`)
      precondition?.(context, row)
      hierarchy.parties.status.set(row, to)
      nextVersion(hierarchy.parties, row)
      context.emit({
        kind: `party.${event}`,
        subject: `pty_${party}`,
        paths: [hierarchy.pathOf(row)],
        data: { before: { status: before }, after: { status: to } },
      })
      return { party, version: hierarchy.parties.version.get(row) }
    },
  })

/** A suspended party suspends everything beneath it, without a change to what stands there. */
export const suspendParty = transition({
  verb: 'suspend',
  event: 'suspended',
  from: ['active'],
  to: 'suspended',
})

export const reactivateParty = transition({
  verb: 'reactivate',
  event: 'reactivated',
  from: ['suspended'],
  to: 'active',
})

/** For good, and only when nothing open is left in it: no party beneath, no account, and what other rooms add. */
export const closeParty = transition({
  verb: 'close',
  event: 'closed',
  from: ['active', 'suspended'],
  to: 'closed',
  precondition({ hierarchy }, row) {
    const { parties, accounts, groups, partiesOf, accountsOf, groupsOf } = hierarchy
    const id = parties.id(row)
    if (partiesOf.some(id, (child) => parties.status.get(child) !== 'closed'))
      refuse('not_empty', 'a party beneath it is open', { data: { precondition: 'no_open_party' } })
    const isOpen = (account: Row) =>
      accounts.status.get(account) !== 'closed' && accounts.stage.get(account) !== 'rejected'
    if (accountsOf.some(id, isOpen))
      refuse('not_empty', 'an account of it is open', { data: { precondition: 'no_open_account' } })
    if (groupsOf.some(id, (group) => groups.status.get(group) !== 'closed'))
      refuse('not_empty', 'an account group of it is open', { data: { precondition: 'no_open_group' } })
    hierarchy.checkClosable('party', row)
  },
})
