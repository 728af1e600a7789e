/**
 * `credentials.find`: what the host needs to check a proof. Only the server asks: the answer holds the digest of a
 * secret and the public keys, which no view shows.
 */
import type { CredentialId } from '../../identity/index.js'
import { query } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'

export type FindCredential = { readonly clientId: string } | { readonly credential: CredentialId }

export const findCredential = query({
  name: 'credentials.find',
  scope: 'system',
  needs: () => [],
  read({ hierarchy, identity, access, now }: AccessContext, input: FindCredential) {
    const row =
      'clientId' in input
        ? identity.credentialByClientId.find(input.clientId)
        : identity.credentials.find(input.credential)
    if (row < 0) refuse('not_visible', 'there is no such credential')
    const credential = identity.credentials.id(row)
    const party = identity.partyOfCredential(row)
    const actor = { kind: 'credential', credential, token: null, actingUser: null } as const
    return {
      id: credential,
      ...identity.credentials.read(row),
      ownerParty: party,
      firmName: hierarchy.parties.name.get(hierarchy.parties.row(party)),
      effectiveScopes: access.scopesOf(actor, now).names(),
    }
  },
})

export type FoundCredential = ReturnType<typeof findCredential.read>
