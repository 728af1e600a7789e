// What one reader cannot be told ends that reader's stream, and nothing else.
import { expect, test } from 'vitest'
import { type HostWorld, newParty, openHost, SYSTEM } from '../testing/host-world.js'

const broken = (): boolean => {
  throw new Error('it cannot be told')
}

const subscribe = ({ host }: HostWorld, deliver: () => boolean) =>
  host.subscribe(SYSTEM, { under: null, kinds: ['party.'] }, null, deliver)

test('a follower that cannot be told what happened ends by itself, and nobody waits for it', async () => {
  const world = await openHost()
  const first = await subscribe(world, broken)
  let told = 0
  await subscribe(world, () => {
    told += 1
    return true
  })
  expect(await world.host.execute(newParty(world.root, 'next'))).toMatchObject({ kind: 'done' })
  if (first.kind !== 'answer') throw new Error('expected a subscription')
  expect([await first.result.closed, told, world.fatal]).toEqual(['failed', 1, []])
  expect(await world.host.execute(newParty(world.root, 'after'))).toMatchObject({ kind: 'done' })
})
