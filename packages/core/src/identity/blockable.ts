/** Users as something that a block can stand against. */
import type { Blockable, Hierarchy } from '../hierarchy/index.js'
import { NO_ROW } from '../image/index.js'
import type { Identity, UserId } from './identity.js'

export const usersAsBlockable = (hierarchy: Hierarchy, { users }: Identity): Blockable => ({
  find(target) {
    const row = users.find(target as UserId)
    if (row === NO_ROW) return null
    const party = hierarchy.parties.row(users.party.get(row))
    return { name: `usr_${target}`, path: hierarchy.pathOf(party), target: { user: target } }
  },
})
