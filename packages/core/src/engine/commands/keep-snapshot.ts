/**
 * `journal.keep_snapshot`: the server says that it has kept the whole image as it was at a record, and the hash of what
 * it kept. So the chain proves the snapshot that stands in for what is dropped behind it. Nobody else can.
 */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { EngineContext } from '../context.js'

export type KeepSnapshot = {
  /** The record whose state it is: the one before that of this command. */
  readonly batch: number
  readonly hash: string
}

export const keepSnapshot = command({
  name: 'journal.keep_snapshot',
  scope: 'system',
  needs: () => [],
  decide({ doer, emit, hierarchy }: EngineContext, { batch, hash }: KeepSnapshot) {
    if (doer.credential !== null) refuse('not_visible', 'there is no such thing within reach')
    const { parties, root } = hierarchy
    emit({
      kind: 'journal.snapshot_kept',
      subject: `pty_${parties.id(root)}`,
      paths: [hierarchy.pathOf(root)],
      data: { batch, hash },
    })
    return {}
  },
})
