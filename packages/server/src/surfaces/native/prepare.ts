/** Commands that this surface prepares: secrets that it makes and shows once, personal fields that it seals. */
import { randomBytes } from 'node:crypto'
import { hash as hashPassword } from '@node-rs/argon2'
import { type Plain, Refused, refuse } from '@stemma/core'
import { mintApiKey } from '../../auth/api-keys.js'
import type { Services } from '../../services.js'
import { type Prepare, type Prepared, versioned } from './call.js'
import { DISCONNECT_PREPARE } from './disconnects.js'
import { FACTOR_PREPARE } from './factors.js'
import { prepareVenues } from './prepare-venues.js'
import { newSecret, sealed } from './sealed.js'
import { SUBACCOUNT_PREPARE } from './subaccounts.js'
import { TRADING_PREPARE } from './trading/prepare.js'

const as = (command: string, input: Plain, shown?: Prepared['shown']): Prepared =>
  shown === undefined ? { command, input } : { command, input, shown }

/** Personal fields come by a change: a party has no key of its own before it exists. */
const createParty: Prepare = async (_services, call) =>
  as('parties.create', { ...call.input, sealedPersonal: null })

const updateParty: Prepare = async (services, call) =>
  as('parties.update', await sealed(services, call, call.input.party ?? null, ['personal', 'sealedPersonal']))

const createUser: Prepare = async (services, call) =>
  as('users.create', await sealed(services, call, call.input.party ?? null, ['email', 'sealedEmail']))

const updateUser: Prepare = async (services, call) => {
  const input = versioned(call)
  if (input.email === undefined) return as('users.update', input)
  const answer = await services.host.read<{ readonly party: number }>('users.get', call.caller.actor, {
    user: input.user,
  })
  if (answer.kind === 'refused') throw new Refused(answer.refusal)
  const { party } = answer.result
  return as('users.update', await sealed(services, call, party, ['email', 'sealedEmail']))
}

const setPassword: Prepare = async (_services, call) => {
  const { password, ...rest } = versioned(call)
  return as('users.set_password', { ...rest, passwordHash: await hashPassword(String(password)) })
}

const createApiKey: Prepare = async (_services, call) => {
  const clientId = randomBytes(8).toString('hex')
  const { value, secretHash } = mintApiKey(clientId)
  const input = { ...call.input, kind: 'api_key', clientId, secretHash, publicKeys: [] }
  return as('credentials.create', input, { secret: value })
}

const createClient: Prepare = async (_services, call) =>
  as('credentials.create', { ...call.input, kind: 'client', secretHash: null })

const addKey: Prepare = async (_services, call) => {
  const { kid, algorithm, pem, ...rest } = versioned(call)
  return as('credentials.add_key', { ...rest, key: { kid, algorithm, pem } as Plain })
}

const startKyc: Prepare = async (services, call) =>
  as('kyc.start', await sealed(services, call, call.input.firm ?? null, ['personal', 'sealedPersonal']))

const registerWebhook: Prepare = async (services, call) => {
  const secret = newSecret()
  const input = { ...call.input, secret }
  const ready = await sealed(services, { ...call, input }, call.input.party ?? null, [
    'secret',
    'sealedSecret',
  ])
  return as('webhooks.register', ready, { secret })
}

/** A posting is reversed by its entries, which the last event of its subject that posted has. */
const reverse: Prepare = async ({ host }, call) => {
  const { subject } = call.wire as { readonly subject: string }
  const sequence = await lastPosting(host, subject)
  if (sequence === null) return refuse('not_visible', 'there is no such thing within reach')
  const rows = await host.history('entries', {
    equals: { sequence, subject },
    newestFirst: true,
    limit: ENTRIES_OF_POSTING_MAX,
  })
  const entries = rows.map(
    ({ account, currency, amount }) => ({ account, currency, amount }) as { readonly [key: string]: Plain },
  )
  return as('corrections.reverse', { ...call.input, sequence, subject, entries })
}
const ENTRIES_OF_POSTING_MAX = 1_000

/** The sequence in which a subject was last booked, or null: entries are not searched by subject, its events are. */
async function lastPosting(host: Services['host'], subject: string): Promise<number | null> {
  for (let after: readonly Plain[] | null = null; ; ) {
    const events = await host.history('events', {
      equals: { subject },
      newestFirst: true,
      limit: EVENTS_OF_PAGE,
      ...(after === null ? {} : { after }),
    })
    const posted = events.find(({ data }) => {
      const { entries } = data as { readonly entries?: Plain }
      return Array.isArray(entries) && entries.length > 0
    })
    if (posted !== undefined) return Number(posted.sequence)
    const last = events.at(-1)
    if (last === undefined || events.length < EVENTS_OF_PAGE) return null
    after = [last.sequence as Plain, last.position as Plain]
  }
}
const EVENTS_OF_PAGE = 50

export const PREPARE: ReadonlyMap<string, Prepare> = new Map([
  ['parties.create', createParty],
  ['parties.update', updateParty],
  ['users.create', createUser],
  ['users.update', updateUser],
  ['users.set_password', setPassword],
  ['api_keys.create', createApiKey],
  ['credentials.create', createClient],
  ['credentials.add_key', addKey],
  ['kyc.start', startKyc],
  ['webhooks.register', registerWebhook],
  ['corrections.reverse', reverse],
  ...FACTOR_PREPARE,
  ...SUBACCOUNT_PREPARE,
  ...DISCONNECT_PREPARE,
  ...TRADING_PREPARE,
  ...prepareVenues,
])
