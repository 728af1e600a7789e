/** What a manager of the crypto client does with keys over the wire, and what those keys can do. Not exported. */
import type { Key } from './crypto-desk.js'
import { callsOf, type Managed } from './desk-calls.js'

/** A key as the wire tells of it. */
interface Made {
  readonly client_id: string
  readonly client_secret: string
}

export const MAKING = { max_scope: 'account:read trade:read_write wallet:none', name: 'desk7' }

export const credentials = ({ client_id, client_secret }: Made, more: object = {}) => ({
  grant_type: 'client_credentials',
  client_id,
  client_secret,
  ...more,
})

export function keysOf(now: Managed) {
  const { call, result, error, signIn, tokenFor } = callsOf(now)
  return {
    result,
    error,
    tokenFor,
    /** The parameter that was not taken. */
    invalid: async (method: string, params: object) => (await error(method, { ...params })).data?.param,
    asToken: (token: string, method: string, params: object = {}) =>
      call(method, { ...params, access_token: token }, null),
    keyOf: ({ client_id, client_secret }: Made): Key => ({
      clientId: client_id,
      clientSecret: client_secret,
      accountId: now().desk.main.accountId,
    }),
    /** The manager as a subaccount, the first unless said. */
    async asSubaccount(place = 0): Promise<string> {
      const { refresh_token } = await result('public/auth', signIn(), null)
      const subject_id = now().desk.subaccounts[place]?.accountId
      return (await result('public/exchange_token', { refresh_token, subject_id }, null)).access_token
    },
    made: (more: object = {}) => result('private/create_api_key', { ...MAKING, ...more }),
    remove: ({ id }: { readonly id: number }) => result('private/remove_api_key', { id }),
  }
}
