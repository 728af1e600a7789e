/**
 * The way in for connections of gRPC that a standby hands on: each comes whole, behind a request to the port of HTTP,
 * which is the one that a standby knows. Nobody but a standby of the book comes in here.
 */
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { GrpcServer } from '../grpc/index.js'
import { forwardedFor } from './client-address.js'
import { GRPC_PATH, GRPC_PROTOCOL } from './forward/grpc-path.js'
import { refuseUpgrade, type Upgrades } from './upgrades.js'

const OPEN = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${GRPC_PROTOCOL}\r\n\r\n`

export function openGrpcEntrance(upgrades: Upgrades, grpc: GrpcServer): void {
  upgrades.serve(GRPC_PATH, {
    isForStandbys: true,
    take(request: IncomingMessage, stream: Duplex): void {
      const client = forwardedFor(request)
      if (client === null || grpc.port === null) {
        refuseUpgrade(stream, { status: 404 })
        return
      }
      // The pace of requests is not that of calls.
      if (stream instanceof Socket) stream.setTimeout(0)
      stream.write(OPEN)
      grpc.take(stream, client)
    },
    refuse: (_request, stream, _refusal, writer) => refuseUpgrade(stream, { status: 503, writer }),
  })
}
