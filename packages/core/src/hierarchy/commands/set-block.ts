/** `blocks.set`: what is barred for a party, an account or a user, by whom, why and until when. */
import { command, type Id, type Instant } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { BlockId, BlockKind } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { BLOCKS_OF_TARGET_MAX, checkCount, checkReason } from '../names.js'

export type SetBlock = {
  readonly target: Id
  readonly kind: BlockKind
  readonly reason: string
  /** Null: until it is lifted. */
  readonly until: Instant | null
}

export const setBlock = command({
  name: 'blocks.set',
  scope: 'blocks:write',
  needs: ({ hierarchy }: HierarchyContext, { target }: SetBlock) => [
    { ability: 'administer', target: hierarchy.findBlockable(target)?.target ?? { party: target } },
  ],
  decide(context, { target, kind, reason, until }) {
    const { hierarchy, image, now, doer } = context
    const found = hierarchy.findBlockable(target)
    if (found === null) refuse('not_visible', 'there is no such thing within reach')
    checkReason(reason)
    if (target === hierarchy.parties.id(hierarchy.root))
      refuse('root_is_fixed', 'a block on the operator of the book would bar everybody')
    if (until !== null && until <= now) refuse('malformed', 'expected an end to come', { field: '/until' })
    checkCount(hierarchy.blocksOn.count(target), BLOCKS_OF_TARGET_MAX, 'blocks on one target')
    const block = image.newId<BlockId>()
    hierarchy.blocks.insert(block, { target, kind, setBy: doer.user, reason, until, createdAt: now })
    context.emit({
      kind: 'block.set',
      subject: found.name,
      paths: [found.path],
      data: { block, before: null, after: { kind, reason, until, setBy: doer.user } },
      reason,
    })
    return { block }
  },
})
