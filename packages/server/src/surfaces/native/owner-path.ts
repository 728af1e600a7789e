/** The owners of a party as stored paths name them: `/1/5/9/`. The engine, which has the tree, says them. */
import { Refused } from '@stemma/core'
import type { Host } from '../../services.js'

export async function pathOf(host: Host, party: number): Promise<string> {
  const answer = await host.read<{ readonly path: readonly number[] }>(
    'parties.get',
    { kind: 'system' },
    { party },
  )
  if (answer.kind === 'refused') throw new Refused(answer.refusal)
  return `/${answer.result.path.join('/')}/`
}
