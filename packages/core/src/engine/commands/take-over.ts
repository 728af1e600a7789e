/** `writer.take_over`: a process says that it writes from now on, so that the book tells who wrote when. */
import { command } from '../../image/index.js'
import type { EngineContext } from '../context.js'

export type TakeOver = {
  /** Grows by one at each taking over. */
  readonly epoch: number
  /** Where the process is reached. */
  readonly address: string
}

export const takeOver = command({
  name: 'writer.take_over',
  scope: 'system',
  needs: () => [],
  decide({ emit, hierarchy }: EngineContext, { epoch, address }: TakeOver) {
    const { parties, root } = hierarchy
    emit({
      kind: 'writer.took_over',
      subject: `pty_${parties.id(root)}`,
      paths: [hierarchy.pathOf(root)],
      data: { epoch, address },
    })
    return {}
  },
})
