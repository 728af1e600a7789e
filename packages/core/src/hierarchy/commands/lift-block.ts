/** `blocks.lift`, and what a block does when its time is up. */
import { command, type Row } from '../../image/index.js'
import { rowOf } from '../checks.js'
import type { BlockId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'

export type LiftBlock = { readonly block: BlockId }

export const liftBlock = command({
  name: 'blocks.lift',
  scope: 'blocks:write',
  // What was set from above is lifted from above: it takes reach to the target and to whoever set the block.
  needs: ({ hierarchy }: HierarchyContext, { block }: LiftBlock) => {
    const { target, setBy } = hierarchy.blocks.read(rowOf(hierarchy.blocks, block))
    const setter = setBy ?? hierarchy.parties.id(hierarchy.root)
    return [target, setter].map((node) => ({
      ability: 'administer',
      target: hierarchy.findBlockable(node)?.target ?? { party: node },
    }))
  },
  decide(context, { block }) {
    liftBlockRow(context, rowOf(context.hierarchy.blocks, block))
    return { block }
  },
})

export function liftBlockRow({ hierarchy, emit }: HierarchyContext, row: Row, reason?: 'until'): void {
  const { target, kind, reason: given, until, setBy } = hierarchy.blocks.read(row)
  const block = hierarchy.blocks.id(row)
  const found = hierarchy.findBlockable(target)
  hierarchy.blocks.remove(row)
  emit({
    kind: 'block.lifted',
    subject: found?.name ?? `blk_${block}`,
    paths: found === null ? [] : [found.path],
    data: { block, before: { kind, reason: given, until, setBy }, after: null },
    ...(reason === undefined ? {} : { reason }),
  })
}
