/** `parties.suspend`, `parties.reactivate` and `parties.close`: the life of a party. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkVersion, partyRow } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { Hierarchy, HierarchyContext } from '../hierarchy.js'
import { STEPS, type StepVerb, takeStep } from './status-step.js'

export type PartyTransition = { readonly party: PartyId; readonly version: number | null }

const transition = (
  verb: StepVerb,
  checkNothingInTheWay: (hierarchy: Hierarchy, row: Row) => void = () => {},
) =>
  command({
    name: `parties.${verb}`,
    scope: 'parties:write',
    needs: (_context: HierarchyContext, { party }: PartyTransition) => [
      { ability: 'administer', target: { party } },
    ],
    decide({ hierarchy, emit }, { party, version }) {
      const { parties } = hierarchy
      const row = partyRow(hierarchy, party)
      checkVersion(parties, row, version)
      if (row === hierarchy.root)
        refuse('root_is_fixed', `the operator of the book stays as it is, expected another party to ${verb}`)
      const step = STEPS[verb]
      const data = takeStep(parties, row, step, () => checkNothingInTheWay(hierarchy, row))
      emit({ kind: `party.${step.event}`, subject: `pty_${party}`, paths: [hierarchy.pathOf(row)], data })
      return { party, version: parties.version.get(row) }
    },
  })

/** A suspended party suspends everything beneath it, without a change to what stands there. */
export const suspendParty = transition('suspend')
export const reactivateParty = transition('reactivate')

/** For good, and only when nothing open is left in it: no party beneath, no account, and what other rooms add. */
export const closeParty = transition('close', (hierarchy, row) => {
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
})
