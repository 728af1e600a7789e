/** Keys whose client proves itself by a signature, over the wire (section 2.8). */
import { generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { credentials, keysOf } from '../../testing/desk-keys.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'

let desk: CryptoDesk
let manager: Manager

// A desk for each: together they would spend the credits of an account faster than these come back.
beforeEach(async () => {
  desk = await openCryptoDesk()
  manager = await newManager(desk, 'manager')
})
afterEach(() => desk.close())

const { result, error, keyOf, made, remove } = keysOf(() => ({ desk, manager }))

describe('public keys', () => {
  const PATH = '/api/v2/private/get_positions?currency=BTC'
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  }
  const pemOf = (kind: keyof typeof pairs) =>
    pairs[kind].publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const signed = (kind: keyof typeof pairs, text: string) =>
    sign(kind === 'rsa' ? 'sha256' : null, Buffer.from(text), pairs[kind].privateKey)
  const get = async (authorization: string, path = PATH) =>
    (await fetch(`${desk.url}${path}`, { headers: { authorization } })).json()

  test.each(['ed25519', 'rsa'] as const)('%s signs the client in, and every request', async (kind) => {
    const key = await made({ public_key: pemOf(kind) })
    expect(key.public_key).toBe(pemOf(kind))
    expect(key.client_secret).toMatch(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/)
    const ts = Date.now()
    const auth = (signature: string, nonce: string) =>
      desk.call(
        'public/auth',
        { grant_type: 'client_signature', client_id: key.client_id, timestamp: ts, nonce, signature },
        null,
      )
    const encodings = ['base64', 'base64url'] as const
    for (const encoding of encodings)
      expect(
        (await auth(signed(kind, `${ts}\n${encoding}\n`).toString(encoding), encoding)).body.result
          .token_type,
      ).toBe('bearer')
    // The same signature in another spelling was used before.
    expect(
      (await auth(signed(kind, `${ts}\nbase64\n`).toString('base64url'), 'base64')).body.error.code,
    ).toBe(13004)
    expect((await auth(signed(kind, `${ts}\nother\n`).toString('base64'), 'altered')).body.error.code).toBe(
      13004,
    )
    for (const nonsense of ['', '!', 'AAAA', 'A'.repeat(2_000)])
      expect((await auth(nonsense, 'n')).body.error.code).toBe(nonsense === '' ? -32602 : 13004)
    const header = (scheme: string, nonce: string) => {
      const sig = signed(kind, `${ts}\n${nonce}\nGET\n${PATH}\n\n`).toString('base64')
      return `${scheme} id=${key.client_id},ts=${ts},nonce=${nonce},sig=${sig}`
    }
    const scheme = `deri-${kind}-sha256`
    expect((await get(header(scheme, 'a'))).result).toBeInstanceOf(Array)
    expect((await get(header(scheme, 'b'), `${PATH}&kind=future`)).error.code).toBe(13009)
    const wrong = kind === 'rsa' ? 'deri-ed25519-sha256' : 'deri-rsa-sha256'
    for (const other of [wrong, 'deri-hmac-sha256', 'deri-md5'])
      expect((await get(header(other, 'c'))).error.code).toBe(13009)
    await remove(key)
  })

  test('one has no secret: none to sign in with, and none to reset', async () => {
    const key = await made({ public_key: pemOf('ed25519') })
    expect((await error('public/auth', credentials(key), null)).code).toBe(13004)
    expect((await error('private/get_positions', {}, keyOf(key))).code).toBe(13009)
    expect(await error('private/reset_api_key', { id: key.id })).toMatchObject({
      code: -32602,
      data: { param: 'id' },
    })
    const { client_secret } = (await result('private/list_api_keys')).find(
      ({ id }: { id: number }) => id === key.id,
    )
    expect(client_secret).toBe(key.client_secret)
    await remove(key)
  })
})
