/** Methods of a socket alone: subscriptions, heartbeat, logging out (section 8.1). */
import type { Method, SocketCall } from './call.js'
import { invalidParam } from './errors.js'

export const LABEL_LENGTH_MAX = 16
export const CHANNELS_OF_CALL_MAX = 500
const HEARTBEAT_SECONDS = { least: 10, most: 3_600 }

function channelsAsked({ params }: SocketCall): readonly string[] {
  const channels = params.texts('channels')
  if (channels.length > CHANNELS_OF_CALL_MAX)
    throw invalidParam('channels', `must have at most ${CHANNELS_OF_CALL_MAX} items`)
  return channels
}

const subscribe =
  (isPrivate: boolean) =>
  async (call: SocketCall): Promise<unknown> => {
    const { session, params } = call
    const caller = isPrivate || session.isProven ? await session.identify(params) : null
    const label = params.text('label')
    if (label !== null && label.length > LABEL_LENGTH_MAX)
      throw invalidParam('label', `must have at most ${LABEL_LENGTH_MAX} characters`)
    return session.channels.open(channelsAsked(call), caller, label)
  }

const unsubscribe = async (call: SocketCall): Promise<unknown> =>
  call.session.channels.close(channelsAsked(call))

function unsubscribeAll({ session }: SocketCall): unknown {
  session.channels.closeAll()
  return 'ok'
}

/** A method of its own for whoever is proven: the same as the public one. */
const proven =
  (answer: (call: SocketCall) => unknown) =>
  async (call: SocketCall): Promise<unknown> => {
    await call.session.identify(call.params)
    return answer(call)
  }

function setHeartbeat({ session, params }: SocketCall): unknown {
  const { least, most } = HEARTBEAT_SECONDS
  if (!params.has('interval')) params.missing('interval')
  session.setHeartbeat(params.count('interval', least, most, least))
  return 'ok'
}

function disableHeartbeat({ session }: SocketCall): unknown {
  session.stopHeartbeat()
  return 'ok'
}

/** Nothing is answered: the socket is closed. */
async function logout({ session, params }: SocketCall): Promise<undefined> {
  await session.identify(params)
  await session.logout(params.flag('invalidate_token', true))
}

const socket = (name: string, answer: (call: SocketCall) => unknown): Method => ({
  name,
  kind: 'socket',
  answer,
})

export const SOCKET_METHODS: readonly Method[] = [
  socket('public/subscribe', subscribe(false)),
  socket('private/subscribe', subscribe(true)),
  socket('public/unsubscribe', unsubscribe),
  socket('private/unsubscribe', proven(unsubscribe)),
  socket('public/unsubscribe_all', unsubscribeAll),
  socket('private/unsubscribe_all', proven(unsubscribeAll)),
  socket('public/set_heartbeat', setHeartbeat),
  socket('public/disable_heartbeat', disableHeartbeat),
  socket('private/logout', logout),
]
