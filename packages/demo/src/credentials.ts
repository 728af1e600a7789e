/** What a person or a script needs to use the demo world: the content of `demo.json`, one key for each way in. */

/** A client of the token endpoint that signs its assertions with an RSA key. */
export interface VenueClient {
  readonly clientId: string
  readonly privateKeyPem: string
  /** `firms/F/users/U`, as the venue writes it. */
  readonly user: string
  /** Scopes in the venue's words. */
  readonly scopes: readonly string[]
}

/** A client of JSON-RPC that signs with its secret, and the account that it speaks for. */
export interface SigningClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly accountId: number
}

export interface NativeKey {
  readonly apiKey: string
}

export interface DemoCredentials {
  readonly native: Readonly<Record<NativeKeyName, NativeKey>>
  readonly clients: readonly VenueClient[]
  readonly deribit: DemoFile['deribit']
  /** The symbol of what the venue's example trades. */
  readonly instrument: string
}

export const NATIVE_KEYS = ['operator', 'checker', 'firmAdministrator', 'supervisor'] as const
export type NativeKeyName = (typeof NATIVE_KEYS)[number]

/** Where the venue's token endpoint stands and for whom its tokens are. */
export interface VenueAddress {
  readonly tokenUrl: string
  readonly audience: string
}

export type DemoFile = {
  readonly native: DemoCredentials['native']
  readonly 'polymarket-us': VenueAddress & {
    readonly instrument: string
    readonly clients: readonly VenueClient[]
  }
  readonly deribit: {
    readonly main: SigningClient
    readonly subaccounts: readonly SigningClient[]
    /** Of the main account's one-time codes, in base32. */
    readonly totpSecret: string
  }
}

/** The demo file for a server at this address. Venues that are not served have no key in it. */
export function demoFile(
  { native, clients, deribit, instrument }: DemoCredentials,
  address: VenueAddress,
): DemoFile {
  return { native, 'polymarket-us': { ...address, instrument, clients }, deribit }
}
