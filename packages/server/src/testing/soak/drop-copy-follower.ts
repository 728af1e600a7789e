/**
 * Who follows the drop copy of a firm over gRPC through every kill: the token of a message is kept together with its
 * executions, and the next server goes on behind it. So every execution is told once and in order.
 */
import { grpcClientAt } from '../grpc-client.js'
import type { ServerProcess } from '../server-process.js'
import { signIn, UNAVAILABLE } from './clients.js'
import { Follower } from './followers.js'

const SUBSCRIPTION = 'polymarket.v1.DropCopyAPI/CreateDropCopySubscription'
const CLIENT = 'acme-dropcopy-client'

export class DropCopyFollower extends Follower<{ readonly id: string }> {
  private token: Uint8Array | null = null
  private beginning: () => void = () => {}
  /** Resolves when the first stream has begun: it tells what happens from then on. */
  readonly begun = new Promise<void>((resolve) => {
    this.beginning = resolve
  })

  constructor(private readonly directory: string) {
    super('gRPC', '')
  }

  async follow(server: ServerProcess): Promise<void> {
    const token = await signIn(this.directory, CLIENT)
    if (token === null) return
    const client = grpcClientAt(server.grpc)
    try {
      const from = this.token === null ? {} : { resume_token: this.token }
      const { call, ended } = client.open(SUBSCRIPTION, from, { token })
      call.on('data', ({ executions, resume_token: next }) => {
        for (const { id } of executions) this.saw({ id })
        this.token = next
        this.beginning()
      })
      const { code, details } = await ended
      // The end of the connection is the end of the server.
      if (code !== UNAVAILABLE) throw new Error(`expected a stream, it ended: ${code} ${details}`)
    } finally {
      client.close()
    }
  }
}
