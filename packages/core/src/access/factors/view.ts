/** What is shown of a factor: never its secret, nor the key that proves it. */
import type { Plain, Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'

export function factorView({ identity }: AccessContext, row: Row): { readonly [key: string]: Plain } {
  const { table } = identity.factors
  const {
    sealedSecret: _sealedSecret,
    publicKey: _publicKey,
    registrationChallenge: _registrationChallenge,
    ...shown
  } = table.read(row)
  return { id: table.id(row), ...shown }
}
