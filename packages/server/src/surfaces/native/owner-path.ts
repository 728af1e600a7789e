/** The owners of a party as stored paths name them: `/1/5/9/`. Read from the engine, which has the tree. */
import { refuse } from '@stemma/core'
import type { Host } from '../../services.js'

export async function pathOf(host: Host, party: number): Promise<string> {
  let path = '/'
  for (let node: number | null = party; node !== null; ) {
    const answer: Awaited<ReturnType<typeof readOwner>> = await readOwner(host, node)
    if (answer.kind === 'refused') return refuse(answer.refusal.code, answer.refusal.detail)
    path = `/${node}${path}`
    node = answer.result.owner
  }
  return path
}

const readOwner = (host: Host, party: number) =>
  host.read<{ readonly owner: number | null }>('parties.get', { kind: 'system' }, { party })
