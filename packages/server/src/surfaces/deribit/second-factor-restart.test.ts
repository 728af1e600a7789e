/** What was used and what was wrong is known after a restart. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { instant, SECOND } from '@stemma/core'
import { expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { oneTimeCode } from '../../testing/authenticator.js'
import { basic } from '../../testing/crypto-desk.js'
import { demoIn, startDemo } from '../../testing/demo-server.js'

test('a code, a challenge and failures outlive the process', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stemma-factor-'))
  const clock = new ManualClock(instant(1_790_000_000_000_000))
  const start = () => startDemo(directory, { clock })
  let server = await start()
  try {
    const { deribit } = demoIn(directory)
    const params = { sid: deribit.subaccounts[0]?.accountId, state: 'enable' }
    const toggle = async (more: object) => {
      const response = await fetch(`${server.url}/api/v2/private/toggle_subaccount_login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...basic(deribit.main) },
        body: JSON.stringify({ id: 1, params: { ...params, ...more } }),
      })
      const { error, result } = await response.json()
      return error ?? result
    }
    const restart = async (): Promise<void> => {
      await server.stop()
      server = await start()
    }
    const used = oneTimeCode(deribit.totpSecret, clock.now())
    const { challenge } = (await toggle({})).data
    const open = (await toggle({})).data.challenge
    expect(await toggle({ authorization_data: used, challenge })).toBe('ok')
    await restart()
    expect((await toggle({ authorization_data: used })).data.reason).toBe('used_tfa_code')
    clock.advance(30 * SECOND)
    const right = oneTimeCode(deribit.totpSecret, clock.now())
    expect((await toggle({ authorization_data: right, challenge })).data.reason).toBe('challenge_timeout')
    // One that was given before the restart and not answered yet still counts.
    expect(await toggle({ authorization_data: right, challenge: open })).toBe('ok')
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0')
    for (let failure = 1; failure <= 4; failure += 1)
      expect((await toggle({ authorization_data: wrong })).code).toBe(13668)
    await restart()
    expect((await toggle({ authorization_data: wrong })).code).toBe(13668)
    expect(await toggle({})).toMatchObject({ code: 12998, data: { wait: 60 } })
    await restart()
    expect(await toggle({})).toMatchObject({ code: 12998, data: { wait: 60 } })
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
