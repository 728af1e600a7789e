/** Where a process is reached: by its clients, and by the other processes of its book. */
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import type { Configuration } from '../ops/configuration.js'

/** The address of the service. Where any free port is taken, it is known once the server listens. */
export function urlOf(app: FastifyInstance, { publicUrl, host, port }: Configuration): string {
  if (publicUrl !== null) return publicUrl.replace(/\/$/, '')
  return addressOf(host, portOf(app) ?? port)
}

/** Where clients and the other processes of the book find this one. */
export function peerUrlOf(app: FastifyInstance, { peerUrl, host, port }: Configuration): string {
  if (peerUrl !== null) return peerUrl.replace(/\/$/, '')
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return addressOf(isEverywhere ? hostname() : host, portOf(app) ?? port)
}

const portOf = (app: FastifyInstance): number | undefined =>
  (app.server.address() as AddressInfo | null)?.port

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
