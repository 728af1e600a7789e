/** Cancel on disconnect when the process is killed without warning (section 8.1): a real server, ended by SIGKILL. */
import { rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { freshFolder } from '../../testing/book-server.js'
import { basic } from '../../testing/crypto-desk.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'
import { demoFile, type ServerProcess, startProcess } from '../../testing/server-process.js'

const directory = freshFolder()
let server: ServerProcess | null = null

afterAll(async () => {
  server?.kill('SIGKILL')
  await server?.ended
  rmSync(directory, { recursive: true, force: true })
})

test('its orders end before the next process lets anybody in; those of other connections stay', async () => {
  server = await startProcess(directory)
  const { main } = demoFile(directory).deribit
  const given = {
    grant_type: 'client_credentials',
    client_id: main.clientId,
    client_secret: main.clientSecret,
  }
  const [armed, other] = [await openRpcSocket(server.url), await openRpcSocket(server.url)]
  for (const socket of [armed, other]) {
    socket.socket.on('error', () => {})
    expect((await socket.call('public/auth', given)).error).toBeUndefined()
  }
  expect((await armed.call('private/enable_cancel_on_disconnect')).result).toBe('ok')
  const limit = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 90_000 }
  const placed = async (socket: typeof armed): Promise<string> =>
    (await socket.call('private/buy', limit)).result.order.order_id
  const [ended, kept] = [await placed(armed), await placed(other)]
  server.kill('SIGKILL')
  expect(await server.ended).toBe('SIGKILL')

  server = await startProcess(directory)
  const { url } = server
  const stateOf = async (order_id: string) => {
    const response = await fetch(`${url}/api/v2/private/get_order_state?order_id=${order_id}`, {
      headers: basic(main),
    })
    return (await response.json()).result
  }
  expect(await stateOf(ended)).toMatchObject({
    order_state: 'cancelled',
    cancel_reason: 'cancel_on_disconnect',
  })
  expect((await stateOf(kept)).order_state).toBe('open')
})
