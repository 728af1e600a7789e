/**
 * Security keys (WebAuthn level 2): registering one and checking what it signs. It is a second factor, so a touch is
 * enough: the key need not check who touches it.
 */
import {
  type AuthenticationResponseJSON,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'

/** EdDSA, ES256, RS256, by their numbers in COSE. */
const ALGORITHMS = [-8, -7, -257]

/** Who asks: the host name that clients use, and where their pages come from. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

export function relyingPartyAt(url: string): RelyingParty {
  const { hostname, origin } = new URL(url)
  return { id: hostname, origin }
}

export interface RegisteredKey {
  readonly keyId: string
  readonly publicKey: string
  readonly signatures: number
}

/** What `navigator.credentials.create` is given. `challenge` is in base64url. */
export const registrationOptions = (
  party: RelyingParty,
  user: { readonly id: number; readonly name: string },
  challenge: string,
  keyIds: readonly string[],
): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  generateRegistrationOptions({
    rpName: party.id,
    rpID: party.id,
    userID: new Uint8Array(Buffer.from(`usr_${user.id}`)),
    userName: user.name,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    attestationType: 'none',
    excludeCredentials: keyIds.map((id) => ({ id })),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'discouraged' },
    supportedAlgorithmIDs: ALGORITHMS,
  })

/** The key that a client registers, or null where the answer is not that of a key to this challenge. */
export async function registeredKey(
  party: RelyingParty,
  challenge: string,
  response: unknown,
): Promise<RegisteredKey | null> {
  const verified = await orNull(() =>
    verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (verified?.verified !== true) return null
  const { id, publicKey, counter } = verified.registrationInfo.credential
  return { keyId: id, publicKey: Buffer.from(publicKey).toString('base64url'), signatures: counter }
}

/** What the authenticator counts now, or null where it did not sign this challenge. `challenge` is in base64. */
export async function signaturesAfter(
  party: RelyingParty,
  challenge: string,
  { keyId, publicKey, signatures }: RegisteredKey,
  response: unknown,
): Promise<number | null> {
  const verified = await orNull(() =>
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: Buffer.from(challenge, 'base64').toString('base64url'),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: {
        id: keyId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter: signatures,
      },
      requireUserVerification: false,
    }),
  )
  return verified?.verified === true ? verified.authenticationInfo.newCounter : null
}

/** The library throws at whatever it cannot read; to us that is a proof that does not hold. */
async function orNull<Result>(verify: () => Promise<Result>): Promise<Result | null> {
  try {
    return await verify()
  } catch {
    return null
  }
}
