// Every operation of the registry, over HTTP: its own example runs in a small world.
import { inQuery } from '@stemma/client'
import { OPERATIONS, type Operation } from '@stemma/contract'
import { COMMANDS, HISTORY, QUERIES } from '@stemma/core'
import { describe, expect, test } from 'vitest'
import { BEFORE } from '../../testing/before-examples.js'
import { THERE } from '../../testing/beside-examples.js'
import { catchUp } from '../../testing/catch-up.js'
import { requestOf } from '../../testing/example-requests.js'
import { startWorld, type World } from '../../testing/native-world.js'
import { HISTORIES } from './histories.js'

const COMMAND_OF: Readonly<Record<string, string>> = { 'api_keys.create': 'credentials.create' }

let world: World

/** Approvals are decided by somebody else than who asked. */
const keyFor = (name: string): string =>
  name === 'approvals.approve' || name === 'approvals.reject' ? world.keys.administrator : world.keys.operator

test('what is declared is there', () => {
  const missing = OPERATIONS.filter(({ name, kind }) =>
    kind === 'command'
      ? !COMMANDS.has(COMMAND_OF[name] ?? name)
      : kind === 'query'
        ? !QUERIES.has(name)
        : !HISTORY.some((table) => table.name === HISTORIES.get(name)?.table),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('the scope that is declared is the scope that is asked for', () => {
  const differing = OPERATIONS.filter(({ name, scope }) => {
    const spec = COMMANDS.get(COMMAND_OF[name] ?? name) ?? QUERIES.get(name)
    return spec !== undefined && spec.scope !== scope
  })
  expect(differing.map(({ name }) => name)).toEqual([])
})

/** Makes what the example of an operation speaks of. */
async function prepare(name: string): Promise<void> {
  await THERE[name]?.(world)
  for (const [before, input, made, field] of BEFORE[name] ?? []) {
    const earlier = OPERATIONS.find((each) => each.name === before) as Operation
    const request = requestOf(
      input === null ? earlier : { ...earlier, example: { ...earlier.example, request: input as never } },
      world.ids,
      inQuery,
    )
    const answered = await world.call(earlier.method, request.url, { body: request.body })
    expect(answered.body).toHaveProperty(field)
    world.ids.set(made, answered.body[field])
  }
}

/** The same request as a dry run: it would succeed, it says what would happen, and nothing is changed. */
async function expectDryRun({ name, method }: Operation, url: string, body: unknown): Promise<void> {
  const before = catchUp(world.engine)
  const answered = await world.call(method, `${url}${url.includes('?') ? '&' : '?'}dry_run=true`, {
    key: keyFor(name),
    body,
  })
  expect(answered.body).toMatchObject({ dry_run: true, outcome: 'would_succeed' })
  expect(world.engine.image.head.sequence).toBe(before)
}

/** What it names is everybody's, so that there are no strangers to it. */
const EVERYBODYS: readonly string[] = ['announcements.mark_read']

/** The administrator of another firm learns from the same request nothing that somebody without any reach would not. */
async function expectNothingForStrangers(
  { name, method, isWrite }: Operation,
  url: string,
  body: unknown,
): Promise<void> {
  if (EVERYBODYS.includes(name)) return
  if (!/\b[a-z]{3}_[0-9]+/.test(`${url}${JSON.stringify(body ?? {})}`)) return
  const before = catchUp(world.engine)
  const { body: answer } = await world.call(method, url, { key: world.keys.stranger, body })
  expect(answer).toMatchObject({ code: expect.stringMatching(/^(scope_missing|not_visible)$/) })
  if (answer.code === 'not_visible') expect(answer).not.toHaveProperty('data')
  if (isWrite) expect(world.engine.image.head.sequence).toBe(before)
}

describe('every example', () => {
  // A token comes from a venue's endpoint, and a code is of its minute: these run in tests of their own.
  const elsewhere = new Set(['tokens.revoke', 'factors.confirm', 'factors.update'])
  test.each(OPERATIONS.filter(({ name }) => !elsewhere.has(name)).map((each) => [each.name, each] as const))(
    '%s runs',
    async (name, operation) => {
      world = await startWorld()
      try {
        await prepare(name)
        const { url, body } = requestOf(operation, world.ids, inQuery)
        await expectNothingForStrangers(operation, url, body)
        if (operation.isWrite) await expectDryRun(operation, url, body)
        const answered = await world.call(operation.method, url, { key: keyFor(name), body })
        expect(answered.body).not.toHaveProperty('code')
        expect(answered.status).toBe(200)
        expect(operation.output.schema.safeParse(answered.body).error).toBeUndefined()
      } finally {
        await world.stop()
      }
    },
  )
})
