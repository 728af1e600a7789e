/** What a manager of the crypto client is told over the wire: by its key, or by a token of it. Not exported. */
import type { CryptoDesk, Key } from './crypto-desk.js'
import type { Manager } from './desk-manager.js'

type Params = Readonly<Record<string, unknown>>

/** The desk of the test that runs, and who manages it. */
export type Managed = () => { readonly desk: CryptoDesk; readonly manager: Manager }

export function callsOf(now: Managed) {
  const call = async (method: string, params: Params = {}, key: Key | null = now().manager) =>
    (await now().desk.call(method, params, key)).body
  /** Of a call that has to succeed. */
  const result = async (method: string, params?: Params, key?: Key | null) => {
    const told = await call(method, params, key)
    if (told.error !== undefined) throw new Error(`${method}: ${JSON.stringify(told.error)}`)
    return told.result
  }
  const error = async (method: string, params?: Params, key?: Key | null) =>
    (await call(method, params, key)).error
  const signIn = (more: Params = {}) => ({
    grant_type: 'client_credentials',
    client_id: now().manager.clientId,
    client_secret: now().manager.clientSecret,
    ...more,
  })
  const tokenFor = async (scope: string): Promise<string> =>
    (await result('public/auth', signIn({ scope }), null)).access_token
  return { call, result, error, signIn, tokenFor }
}
