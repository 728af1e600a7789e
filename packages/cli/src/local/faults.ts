/** Why a book cannot be opened here, in the words of whoever found out. */
import { ConfigurationFault, NoBook, SecretKeyFault } from '@stemma/server/local'
import { StoreRefusal } from '@stemma/store'
import { Ending, EXIT, usageError } from '../exit.js'

/** The end of the command where the reason is known, else what was thrown. */
export function endingOf(thrown: unknown): unknown {
  if (thrown instanceof ConfigurationFault) return usageError(thrown.message, thrown)
  if (thrown instanceof StoreRefusal || thrown instanceof SecretKeyFault || thrown instanceof NoBook)
    return new Ending(EXIT.refused, `${sentence(thrown.message)}\nNothing was changed.`, { cause: thrown })
  if (isSystemFault(thrown, 'EADDRINUSE'))
    return new Ending(
      EXIT.refused,
      `${thrown.message}: something listens there already. Choose another port with --port or STEMMA_PORT, for gRPC with STEMMA_GRPC_PORT.`,
      { cause: thrown },
    )
  if (isSystemFault(thrown, 'EACCES') || isSystemFault(thrown, 'EADDRNOTAVAIL'))
    return new Ending(EXIT.refused, thrown.message, { cause: thrown })
  return thrown
}

const isSystemFault = (thrown: unknown, code: string): thrown is NodeJS.ErrnoException =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code

const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
