/** Cancel on disconnect on this surface: of the socket that a command came over, or of all that an account will open. */
import { type AccountId, type Plain, refuse } from '@stemma/core'
import type { Call, Prepare, Present } from './call.js'

const change =
  (command: 'disconnects.enable' | 'disconnects.disable'): Prepare =>
  async (_services, call) => {
    const { account = null, for: whose } = call.input
    if (whose === 'account') return { command, input: { account, connection: null } }
    const socket = socketOf(call)
    // A repeat on another socket would be told that it is done, where it is not.
    if (call.key !== null)
      refuse('malformed', 'a key is of no use here: asked twice is as asked once', {
        field: '/idempotency_key',
      })
    const isEnabled = command === 'disconnects.enable'
    return {
      command,
      input: { account, connection: socket.connection },
      done: () => socket.arm(account as AccountId, isEnabled),
    }
  }

const socketOf = ({ connection }: Call): NonNullable<Call['connection']> =>
  connection ?? refuse('malformed', 'expected account: only a socket is a connection', { field: '/for' })

interface Listed {
  readonly items: readonly { readonly connection: string | null }[]
}

const list: Present = (_services, { input, connection }, result) => {
  const connections = (result as Plain as unknown as Listed).items.map((each) => each.connection)
  return {
    account: input.account,
    isForAccount: connections.includes(null),
    isForConnection: connection === null ? null : connections.includes(connection.connection),
    connections: connections.filter((each) => each !== null).length,
  }
}

export const DISCONNECT_PREPARE: readonly (readonly [string, Prepare])[] = [
  ['disconnects.enable', change('disconnects.enable')],
  ['disconnects.disable', change('disconnects.disable')],
]
export const DISCONNECT_PRESENT: readonly (readonly [string, Present])[] = [['disconnects.list', list]]
