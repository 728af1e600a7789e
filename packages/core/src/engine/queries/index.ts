/**
 * Lists over the whole tree. They stand with the engine because they need the tree and the reach of the actor, and a
 * room of the core knows only those before it.
 */
import { listAccounts } from './list-accounts.js'
import { listParties } from './list-parties.js'

export { type ListAccounts, listAccounts } from './list-accounts.js'
export { type ListParties, listParties } from './list-parties.js'
export { LIST_SORTS, type ListSort, type PageOf } from './paging.js'

export const TREE_QUERIES = [listParties, listAccounts] as const
