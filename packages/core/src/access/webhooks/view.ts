import type { Plain, Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'

/** What is shown of an endpoint: everything but its secret. */
export function webhookView({ access }: AccessContext, row: Row): { readonly [key: string]: Plain } {
  const { table } = access.webhooks
  const { sealedSecret: _secret, ...shown } = table.read(row)
  return { id: table.id(row), ...shown }
}
