/** `nodes.summary`: the sums of a party and everything beneath it, read and not computed. */
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, query } from '../../image/index.js'
import { add } from '../../money/index.js'
import type { RollUpContext } from '../rollup.js'

export const summarizeNode = query({
  name: 'nodes.summary',
  scope: 'balances:read',
  needs: (_context: RollUpContext, { party }: { readonly party: PartyId }): readonly Need[] => [
    { ability: 'read', target: { party } },
  ],
  read({ hierarchy, rollup, image }, { party }) {
    const row = hierarchy.parties.row(party)
    return {
      party,
      sequence: image.head.sequence,
      parties: rollup.counts.parties(row),
      accounts: rollup.counts.accounts(row),
      currencies: rollup.of(row).map((sums) => ({ ...sums, net: add(sums.positive, sums.negative) })),
    }
  },
})
