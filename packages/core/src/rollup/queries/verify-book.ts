/** `book.verify`: the laws of the book, or of a subtree, each by name and whether it holds. */
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, query } from '../../image/index.js'
import { prove } from '../proofs.js'
import type { RollUpContext } from '../rollup.js'

export const verifyBook = query({
  name: 'book.verify',
  scope: 'book:verify',
  needs: (context: RollUpContext, { party }: { readonly party: PartyId | null }): readonly Need[] => [
    { ability: 'read', target: { party: party ?? rootOf(context) } },
  ],
  read(context, { party }) {
    const checks = prove(context, context.hierarchy.parties.row(party ?? rootOf(context)))
    const { sequence } = context.image.head
    return { holds: checks.every((check) => check.holds), sequence, checks }
  },
})

function rootOf({ hierarchy: { accounts }, ledger }: RollUpContext): PartyId {
  return accounts.party.get(accounts.row(ledger.houseAccount('outside_world')))
}
