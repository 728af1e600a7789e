/** Cancel on disconnect (section 8.1): for a connection, or for every connection that the account will open. */
import { isEnabled } from '../../host/orders-of-connection.js'
import { accountRead, type Method, type PrivateCall, type SocketCall } from './call.js'
import { scopeMissing, settled, VenueError } from './errors.js'
import { covers } from './scopes.js'

const SCOPES = ['connection', 'account'] as const

const change =
  (command: 'disconnects.enable' | 'disconnects.disable') =>
  async (call: SocketCall): Promise<unknown> => {
    const { session, params, host, requestId } = call
    const caller = await session.identify(params)
    if (!covers(caller.scopes, 'account:read_write')) throw scopeMissing()
    const scope = params.oneOf('scope', SCOPES) ?? 'connection'
    const { account, authenticated } = caller
    const connection = scope === 'connection' ? session.orders.connection : null
    if (command === 'disconnects.disable' && !(await isEnabled(host, account, connection)))
      throw new VenueError(13042)
    const outcome = await host.execute({
      command,
      actor: authenticated.actor,
      input: { account, connection },
      request: requestId,
    })
    if (outcome.kind === 'refused' && outcome.refusal.code === 'limit_reached') throw new VenueError(10049)
    settled(outcome)
    if (connection !== null) await session.orders.arm(account, command === 'disconnects.enable')
    return 'ok'
  }

async function get(call: PrivateCall): Promise<unknown> {
  const { params, session, host } = call
  const account = accountRead(call)
  const scope = params.oneOf('scope', SCOPES) ?? 'connection'
  // Over HTTP there is no connection that could cancel as it ends.
  if (scope === 'connection' && session === null) return { scope, enabled: false }
  const connection = scope === 'connection' ? (session?.orders.connection ?? null) : null
  return { scope, enabled: await isEnabled(host, account, connection) }
}

export const DISCONNECT_METHODS: readonly Method[] = [
  { name: 'private/enable_cancel_on_disconnect', kind: 'socket', answer: change('disconnects.enable') },
  { name: 'private/disable_cancel_on_disconnect', kind: 'socket', answer: change('disconnects.disable') },
  { name: 'private/get_cancel_on_disconnect', kind: 'private', scope: 'account:read', answer: get },
]
