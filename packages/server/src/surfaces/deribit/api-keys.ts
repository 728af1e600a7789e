/** The keys of the caller's own account (section 2.8): a subaccount's are made by whoever became it by exchange. */
import { randomBytes } from 'node:crypto'
import { type AccountKeyView, type Actor, type Plain, toMilliseconds } from '@stemma/core'
import { findCredential, fingerprintOf, hashSecret, mintSecret, readSigningKey } from '../../auth/index.js'
import type { Settled } from '../../services.js'
import { accountView } from './account-shown.js'
import { addressRead, addressShown } from './addresses.js'
import { SURFACE } from './authentication.js'
import type { Call, Method, PrivateCall } from './call.js'
import { answered, fromRefusal, invalidParam, settled, VenueError } from './errors.js'
import { SYSTEM } from './instruments.js'
import { type ScopeWord, scopesMeant, scopesShown } from './scopes.js'

/** What stands for a secret that is not for the reader. */
const HIDDEN_SECRET = '********'
const PEM_LENGTH_MAX = 8_192
const CLIENT_ID_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

const newClientId = (): string =>
  [...randomBytes(CLIENT_ID_LENGTH)]
    .map((byte) => CLIENT_ID_LETTERS[byte % CLIENT_ID_LETTERS.length])
    .join('')
const CLIENT_ID_LENGTH = 10

async function listed({ host, caller }: PrivateCall, actor: Actor): Promise<readonly AccountKeyView[]> {
  const input = { account: caller.account }
  return answered(await host.read<AccountKeyView[]>('account_keys.list', actor, input))
}

async function keyShown(call: PrivateCall, view: AccountKeyView): Promise<Readonly<Record<string, unknown>>> {
  const { number, clientId, name, scopes, isEnabled, features, ipAddresses, publicKey, createdAt } = view
  return {
    id: number,
    timestamp: toMilliseconds(createdAt as never),
    client_id: clientId,
    client_secret: publicKey === null ? await secretOf(call, view) : fingerprintOf(publicKey.pem),
    ...(publicKey === null ? {} : { public_key: publicKey.pem }),
    max_scope: scopesShown(scopes).join(' '),
    enabled: isEnabled,
    default: false,
    name,
    enabled_features: features,
    ip_whitelist: ipAddresses.map(addressShown),
  }
}

async function secretOf({ services }: Call, { credential, isSecretShown }: AccountKeyView): Promise<string> {
  const found = isSecretShown ? await findCredential(services.host, { credential }) : null
  if (found?.sealedSecret == null) return HIDDEN_SECRET
  return (await services.sealing.open(found.ownerParty, found.sealedSecret)) ?? HIDDEN_SECRET
}

async function list(call: PrivateCall): Promise<unknown> {
  const views = await listed(call, call.caller.authenticated.actor)
  return Promise.all(views.map((view) => keyShown(call, view)))
}

/** The key as it is after a change. Whoever made it may see all of it, even where its own token ended with it. */
async function shownAgain(call: PrivateCall, number: number): Promise<unknown> {
  const view = (await listed(call, SYSTEM)).find((each) => each.number === number)
  if (view === undefined) throw unknownKey()
  return keyShown(call, { ...view, isSecretShown: true })
}

const unknownKey = (): VenueError => invalidParam('id', 'api key not found')

interface Made {
  readonly number: number
}

/** The result of a command on keys; one that waits for a second person is not done yet. */
function keySettled(outcome: Settled): Made {
  if (outcome.kind === 'refused') {
    const { code, field } = outcome.refusal
    if (code === 'not_visible') throw unknownKey()
    if (code === 'grant_exceeds_own') throw new VenueError(13403)
    if (code === 'limit_reached') throw new VenueError(11030, undefined, 'too_many_api_keys')
    if (code === 'transition_invalid' && field === '/number') throw invalidParam('id', outcome.refusal.detail)
    throw fromRefusal(outcome.refusal)
  }
  const result = settled<Made & { readonly approval?: unknown }>(outcome)
  if (result.number === undefined) throw new VenueError(11030, undefined, 'waits_for_approval')
  return result
}

async function secretFor(call: PrivateCall): Promise<{ secretHash: string; sealedSecret: string }> {
  const { party } = await accountView(call, call.caller.account)
  const secret = mintSecret()
  return { secretHash: hashSecret(secret), sealedSecret: await call.services.sealing.seal(party, secret) }
}

function publicKeyGiven({ params }: Call) {
  const pem = params.text('public_key')
  if (pem === null) return null
  const key = pem.length > PEM_LENGTH_MAX ? null : readSigningKey(pem)
  if (key === null)
    throw invalidParam('public_key', 'must be an Ed25519 public key in PEM, or RSA of 2048 to 8192 bits')
  return { kid: '1', ...key }
}

function scopesGiven({ params }: Call): readonly string[] {
  const given = params.texts('max_scope')
  const words = given.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '')
  const scopes = scopesMeant(words)
  if (scopes === null) throw invalidParam('max_scope', 'invalid scope')
  return scopes
}

async function create(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, address, requestId } = call
  const publicKey = publicKeyGiven(call)
  const input = {
    account: caller.account,
    surface: SURFACE,
    clientId: newClientId(),
    name: params.text('name') ?? '',
    scopes: scopesGiven(call),
    features: params.has('enabled_features') ? params.texts('enabled_features') : [],
    publicKey,
    address,
    ...(publicKey === null ? await secretFor(call) : { secretHash: null, sealedSecret: null }),
  }
  const { actor } = caller.authenticated
  const outcome = await host.execute({ command: 'account_keys.create', actor, input, request: requestId })
  return shownAgain(call, keySettled(outcome).number)
}

/** Runs a command on the key that `id` names. */
async function act(
  call: PrivateCall,
  command: string,
  more: Readonly<Record<string, Plain>> = {},
): Promise<number> {
  const { host, caller, address, requestId, params } = call
  const number = params.requiredWhole('id')
  const { account } = caller
  const { actor } = caller.authenticated
  const input = { account, number, address, ...more }
  return keySettled(await host.execute({ command, actor, input, request: requestId })).number
}

type Changes = (call: PrivateCall) => Readonly<Record<string, Plain>>

const update = (changesOf: Changes) => async (call: PrivateCall) => {
  const changes = changesOf(call)
  return shownAgain(call, await act(call, 'account_keys.update', changes))
}

const editOf: Changes = (call) => {
  const { params } = call
  const addresses = params.has('ip_whitelist') ? params.texts('ip_whitelist').map(addressRead) : undefined
  return {
    scopes: scopesGiven(call),
    ...(params.has('name') ? { name: params.requiredText('name') } : {}),
    ...(params.has('enabled') ? { isEnabled: params.flag('enabled') } : {}),
    ...(params.has('enabled_features') ? { features: params.texts('enabled_features') } : {}),
    ...(addresses === undefined ? {} : { ipAddresses: addresses }),
  }
}

const scopeOf: Changes = (call) => ({ scopes: scopesGiven(call) })
const nameOf: Changes = ({ params }) => ({ name: params.requiredText('name') })
const enabling: Changes = () => ({ isEnabled: true })
const disabling: Changes = () => ({ isEnabled: false })

async function reset(call: PrivateCall): Promise<unknown> {
  return shownAgain(call, await act(call, 'account_keys.reset', await secretFor(call)))
}

async function remove(call: PrivateCall): Promise<'ok'> {
  await act(call, 'account_keys.remove')
  return 'ok'
}

type Checks = (call: PrivateCall) => void
type Answer = (call: PrivateCall) => unknown

const writing = (name: string, answer: Answer): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'account:read_write',
  answer,
})

/** Those that the venue protects (section 9.3): whoever has no second factor does without. */
const protectedBy = (name: string, checkParams: Checks, answer: Answer, scope: ScopeWord): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope,
  protection: { factor: 'account', withoutFactor: 'allowed' },
  checkParams,
  answer,
})

const checkNew: Checks = (call) => {
  scopesGiven(call)
  publicKeyGiven(call)
}
const checkId: Checks = ({ params }) => {
  params.requiredWhole('id')
}
const checkChange: Checks = (call) => {
  checkId(call)
  editOf(call)
}
const checkScope: Checks = (call) => {
  checkId(call)
  scopesGiven(call)
}

export const API_KEY_METHODS: readonly Method[] = [
  protectedBy('list_api_keys', () => {}, list, 'account:read'),
  protectedBy('create_api_key', checkNew, create, 'account:read_write'),
  protectedBy('edit_api_key', checkChange, update(editOf), 'account:read_write'),
  protectedBy('change_scope_in_api_key', checkScope, update(scopeOf), 'account:read_write'),
  protectedBy('disable_api_key', checkId, update(disabling), 'account:read_write'),
  writing('enable_api_key', update(enabling)),
  writing('change_api_key_name', update(nameOf)),
  writing('reset_api_key', reset),
  writing('remove_api_key', remove),
]
