/** What is shown of users, credentials, tokens and bindings. Secrets and personal fields are never in it. */
import type { Plain, Row } from '../image/index.js'
import type { AccessContext } from './access.js'
import { abilitiesOf, maskOf } from './reach.js'

type View = { readonly [key: string]: Plain }

export function userView({ hierarchy, identity }: AccessContext, row: Row): View {
  const { sealedEmail, passwordHash, kyc, ...shown } = identity.users.read(row)
  return {
    id: identity.users.id(row),
    ...shown,
    hasEmail: sealedEmail !== null,
    hasPassword: passwordHash !== null,
    kyc: kyc ?? hierarchy.parties.kyc.get(hierarchy.parties.row(shown.party)),
    isKycOfParty: kyc === null,
  }
}

export function credentialView({ identity }: AccessContext, row: Row): View {
  const { secretHash, sealedSecret: _sealedSecret, publicKeys, ...shown } = identity.credentials.read(row)
  return {
    id: identity.credentials.id(row),
    ...shown,
    hasSecret: secretHash !== null,
    publicKeys: publicKeys.map(({ kid, algorithm, addedAt }) => ({ kid, algorithm, addedAt })),
  }
}

export function tokenView({ identity }: AccessContext, row: Row): View {
  return { id: identity.tokens.id(row), ...identity.tokens.read(row) }
}

export function bindingView({ access }: AccessContext, row: Row): View {
  const { bindings } = access.reach
  const binding = bindings.read(row)
  return { id: bindings.id(row), ...binding, abilities: abilitiesOf(maskOf(binding.level)) }
}
