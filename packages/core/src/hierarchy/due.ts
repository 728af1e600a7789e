/** What happens in the tree by itself: blocks whose time is up. */
import type { Id } from '../image/index.js'
import { liftBlockRow } from './commands/lift-block.js'
import type { BlockId } from './fields.js'
import type { HierarchyContext } from './hierarchy.js'

export const HIERARCHY_DUE_WORK: readonly (readonly [
  table: string,
  work: (context: HierarchyContext, id: Id) => void,
])[] = [
  ['blocks', (context, id) => liftBlockRow(context, context.hierarchy.blocks.row(id as BlockId), 'until')],
]
