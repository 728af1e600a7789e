/** What was used, answered and wrong is known to the process that takes over: one journal, one secret key. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SECOND } from '@stemma/core'
import type { DemoFile } from '@stemma/demo'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { oneTimeCode } from '../../testing/authenticator.js'
import { basic } from '../../testing/crypto-desk.js'
import { type Member, openSuccession, type Succession } from '../../testing/succession.js'

let succession: Succession
let writer: Member
let standby: Member
let deribit: DemoFile['deribit']

beforeEach(async () => {
  succession = openSuccession()
  writer = await succession.start({ STEMMA_DEMO: '1' })
  standby = await succession.start()
  const demo = readFileSync(join(succession.directory, '1', 'demo.json'), 'utf8')
  deribit = (JSON.parse(demo) as DemoFile).deribit
})
afterEach(() => succession.close())

interface Told {
  readonly result?: unknown
  readonly error: { readonly code: number; readonly data: Readonly<Record<'reason' | 'challenge', string>> }
}

async function toggle({ url }: Member, more: object): Promise<Told> {
  const params = { sid: deribit.subaccounts[0]?.accountId, state: 'enable', ...more }
  const response = await fetch(`${url}/api/v2/private/toggle_subaccount_login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(deribit.main) },
    body: JSON.stringify({ id: 1, params }),
  })
  return (await response.json()) as Told
}
const challengeOf = async (member: Member): Promise<string> => (await toggle(member, {})).error.data.challenge
const reasonOf = async (member: Member, more: object): Promise<string> =>
  (await toggle(member, more)).error.data.reason
const code = (): string => oneTimeCode(deribit.totpSecret, succession.clock.now())
const wrong = (): string => String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0')

/** The writer lives on, but none of its clocks moves. */
async function takeOver(): Promise<void> {
  writer.freeze()
  while (!standby.server.isWriter) await succession.pass(100)
}

test('codes, challenges and failures stand where the writer left them', async () => {
  const used = code()
  const answered = await challengeOf(writer)
  expect((await toggle(writer, { authorization_data: used, challenge: answered })).result).toBe('ok')
  for (let failure = 1; failure <= 3; failure += 1)
    expect(await reasonOf(writer, { authorization_data: wrong() })).toBe('tfa_code_not_matched')
  await takeOver()
  expect(await reasonOf(standby, { authorization_data: used })).toBe('used_tfa_code')
  expect(await reasonOf(standby, { authorization_data: code(), challenge: answered })).toBe(
    'challenge_timeout',
  )
  // Two more are five in a row: three of them were told to the other process.
  for (let failure = 4; failure <= 5; failure += 1)
    expect(await reasonOf(standby, { authorization_data: wrong() })).toBe('tfa_code_not_matched')
  expect(await toggle(standby, {})).toMatchObject({ error: { code: 12998, data: { wait: 60 } } })
  succession.clock.advance(60 * SECOND)
  const challenge = await challengeOf(standby)
  expect((await toggle(standby, { authorization_data: code(), challenge })).result).toBe('ok')
})

test('a challenge that the writer gave is answered to its successor', async () => {
  const challenge = await challengeOf(writer)
  await takeOver()
  expect((await toggle(standby, { authorization_data: code(), challenge })).result).toBe('ok')
})
