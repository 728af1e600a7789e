/** `participants.firm`: the firm of that name, where the caller may see its reports. Any other is not there. */

import type { PartyId } from '../../hierarchy/index.js'
import { type Need, NO_ROW, query } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { NOWHERE } from '../places.js'

export type FindFirm = { readonly firm: string }

export const findFirm = query({
  name: 'participants.firm',
  scope: null,
  needs({ hierarchy }: AccessContext, { firm }: FindFirm): readonly Need[] {
    const row = hierarchy.partyByName.find(firm)
    const target = row === NO_ROW ? NOWHERE : { party: hierarchy.parties.id(row) }
    return [{ ability: 'report', target }]
  },
  read({ hierarchy }, { firm }): { readonly party: PartyId } {
    return { party: hierarchy.parties.id(hierarchy.partyByName.find(firm)) }
  },
})
