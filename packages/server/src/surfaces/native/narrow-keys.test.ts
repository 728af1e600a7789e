// What a credential that only reads, or one for drop copies, may not do: every single write of the registry, over HTTP.
import { inQuery } from '@stemma/client'
import { OPERATIONS } from '@stemma/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { real, requestOf } from '../../testing/example-requests.js'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World

describe.each(['that only reads', 'for drop copies'])('a credential %s', (what) => {
  let key: string

  beforeAll(async () => {
    world = await startWorld()
    const operator = Number((await world.call('GET', '/stemma/v1/whoami')).body.user.id.slice(4))
    key =
      what === 'that only reads'
        ? world.keys.reader
        : await world.keyOf(operator, { scopes: ['dropcopy:read'] })
  })
  afterAll(() => world.stop())

  test.each(OPERATIONS.filter(({ isWrite }) => isWrite).map((each) => [each.name, each] as const))(
    'cannot do %s, alone or in a batch',
    async (name, operation) => {
      const before = world.engine.image.head.sequence
      const { url, body } = requestOf(operation, world.ids, inQuery)
      const answered = await world.call(operation.method, url, { key, body })
      expect(answered.body).toMatchObject({ code: expect.stringMatching(/^(scope_missing|not_visible)$/) })
      const commands = [{ operation: name, input: real(operation.example.request, world.ids) }]
      const batch = await world.call('POST', '/stemma/v1/batch', { key, body: { commands } })
      expect(batch.body.results[0].problem.code).toBe(answered.body.code)
      expect(world.engine.image.head.sequence).toBe(before)
    },
  )
})
