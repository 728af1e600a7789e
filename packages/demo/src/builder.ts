/** Small words for the commands that the demo world is made of. Each call is one command by the operator. */
import {
  type Actor,
  type Amount,
  type CurrencyCode,
  currencyOf,
  type Id,
  type Level,
  type Plain,
  parseAmount,
} from '@stemma/core'
import type { SigningClient, VenueClient } from './credentials.js'
import type { DemoPort } from './port.js'

export interface NewParty {
  readonly owner: Id
  readonly kind: 'clearing_member' | 'participant' | 'client'
  readonly name: string
  readonly displayName: string
  readonly baseCurrency?: string
  readonly isPartner?: boolean
  readonly isLegallyLiable?: boolean
  readonly kyc?: 'none' | 'pending' | 'review' | 'approved'
}

export interface NewAccount {
  readonly party: Id
  readonly name: string
  readonly displayName: string
  readonly type:
    | 'cash'
    | 'margin'
    | 'day_trader'
    | 'segregated_standard'
    | 'cross_standard'
    | 'fully_collateralised'
  readonly main?: Id
  readonly baseCurrency?: string
  readonly needsClearing?: boolean
  readonly attributes?: { readonly [key: string]: Plain }
}

export interface NewUser {
  readonly party: Id
  readonly name: string
  readonly displayName: string
  readonly email: string
  readonly roles: readonly string[]
  /** Scopes beyond those of the roles. */
  readonly scopes?: readonly string[]
  readonly account?: Id
}

export class Builder {
  constructor(
    readonly port: DemoPort,
    /** Who the commands come from: the operator, once there is one. */
    private readonly actor: Actor,
  ) {}

  as(actor: Actor): Builder {
    return new Builder(this.port, actor)
  }

  run(command: string, input: Plain, reason: string): Promise<Plain> {
    return this.port.execute({ command, input, actor: this.actor, reason })
  }

  /** Runs the command and gives the id that its result has under `name`. */
  async make(name: string, command: string, input: Plain, reason: string): Promise<Id> {
    const result = await this.run(command, input, reason)
    return idIn(result, name, command)
  }

  async party({ kyc = 'approved', ...party }: NewParty): Promise<Id> {
    const input = {
      baseCurrency: null,
      isPartner: false,
      isLegallyLiable: false,
      sealedPersonal: null,
      ...party,
    }
    const id = await this.make('party', 'parties.create', input, 'Onboarded')
    if (kyc !== 'none')
      await this.run('parties.set_kyc', { party: id, kyc, version: null }, 'Identity checked')
    return id
  }

  account(account: NewAccount): Promise<Id> {
    const input = { main: null, baseCurrency: null, needsClearing: false, attributes: {}, ...account }
    return this.make('account', 'accounts.open', input, 'Opened for the client')
  }

  async user({ email, ...user }: NewUser): Promise<Id> {
    const sealedEmail = await this.port.seal(user.party, email)
    const input = { kyc: null, scopes: [], account: null, sealedEmail, ...user }
    return this.make('user', 'users.create', input, 'Access asked for by the firm')
  }

  bind(user: Id, account: Id, level: Level = 'full', alias: string | null = null): Promise<Id> {
    const input = { user, targetKind: 'account', target: account, level, alias, endsAt: null }
    return this.make('binding', 'bindings.create', input, 'Access asked for by the firm')
  }

  /** An API key of the native surface for a user; its secret is handed out here and kept nowhere. */
  async apiKey(user: Id, clientId: string, displayName: string): Promise<{ credential: Id; apiKey: string }> {
    const { apiKey, secretHash } = this.port.newApiKey(clientId)
    const input = {
      ...credential(user, clientId, displayName),
      kind: 'api_key',
      surface: 'native',
      secretHash,
      publicKeys: [],
    }
    return {
      credential: await this.make('credential', 'credentials.create', input, 'Key handed out'),
      apiKey,
    }
  }

  /** A client that signs its assertions with an RSA key of its own. */
  async venueClient(...client: Parameters<Builder['newVenueClient']>): Promise<VenueClient> {
    return (await this.newVenueClient(...client)).client
  }

  /** The same, and the client as an actor. */
  async newVenueClient(
    user: Id,
    clientId: string,
    address: string,
    scopes: readonly string[],
  ): Promise<{ readonly client: VenueClient; readonly actor: Actor }> {
    const { privateKeyPem, publicKeyPem } = await this.port.newRsaKeyPair()
    const key = { kid: `${clientId}-1`, algorithm: 'RS256', pem: publicKeyPem }
    const input = {
      ...credential(user, clientId, clientId),
      kind: 'client',
      surface: 'polymarket-us',
      secretHash: null,
      publicKeys: [key],
    }
    const made = await this.make(
      'credential',
      'credentials.create',
      input,
      'Public key handed in at onboarding',
    )
    return {
      client: { clientId, privateKeyPem, user: address, scopes },
      actor: { kind: 'credential', credential: made, token: null, actingUser: null },
    }
  }

  /** A client that signs its requests with a secret, for the account that its user has. */
  async signingClient(
    user: Id,
    party: Id,
    account: Id,
    clientId: string,
  ): Promise<{ readonly client: SigningClient; readonly actor: Actor }> {
    const { clientSecret, secretHash, sealedSecret } = await this.port.newSigningSecret(party)
    const input = {
      ...credential(user, clientId, clientId),
      kind: 'api_key',
      surface: 'deribit',
      secretHash,
      sealedSecret,
      publicKeys: [],
    }
    const made = await this.make('credential', 'credentials.create', input, 'Key handed out')
    return {
      client: { clientId, clientSecret, accountId: account },
      actor: { kind: 'credential', credential: made, token: null, actingUser: null },
    }
  }

  /** One-time codes of the user that this builder acts for; gives their secret. */
  async oneTimeCodes(user: Id, party: Id, name: string): Promise<string> {
    const { secret, sealedSecret } = await this.port.newCodeSecret(party)
    const input = {
      user,
      kind: 'totp',
      name,
      assignments: ['login', 'account', 'wallet', 'admin'],
      sealedSecret,
      registrationChallenge: null,
      isProven: false,
    }
    const factor = await this.make('factor', 'factors.begin', input, 'Set up with the client')
    // No code was used yet, so the first one that somebody enters counts.
    await this.run('factors.confirm', { factor, proof: { step: 0 } }, 'Set up with the client')
    return secret
  }

  deposit(account: Id, currency: string, amount: string, description: string): Promise<Id> {
    const input = { account, ...money(amount, currency), settle: true, reference: null, description }
    return this.make('deposit', 'deposits.create', input, 'Incoming wire')
  }

  async withdrawal(account: Id, currency: string, amount: string, description: string): Promise<Id> {
    const input = { account, ...money(amount, currency), reference: null, description }
    return this.make('withdrawal', 'withdrawals.create', input, 'Asked for by the client')
  }

  transfer(from: Id, to: Id, currency: string, amount: string, description: string): Promise<Plain> {
    const input = { from, to, ...money(amount, currency), description }
    return this.run('transfers.create', input, 'Asked for by the client')
  }
}

/** A currency and an amount in it, from decimal text. */
export function money(text: string, code: string): { currency: CurrencyCode; amount: Amount } {
  const currency = code as CurrencyCode
  const amount = parseAmount(text, currencyOf(currency))
  if (typeof amount !== 'bigint') throw new Error(`expected an amount of ${code}, was ${text}`)
  return { currency, amount }
}

function idIn(result: Plain, name: string, command: string): Id {
  const id = typeof result === 'object' && result !== null ? (result as { [key: string]: Plain })[name] : null
  if (typeof id !== 'number') throw new Error(`expected the result of ${command} to hold the id of a ${name}`)
  return id as Id
}

const credential = (user: Id, clientId: string, displayName: string) => ({
  user,
  party: null,
  clientId,
  displayName,
  scopes: null,
  ipAddresses: [],
  expiresAt: null,
})
