/** The beginning of the writer's answer, written to a connection that has no answer of its own yet. */
import type { IncomingMessage } from 'node:http'

/** The answer's line and headers as they go over the wire: names and values by turns. */
export function headOf({ statusCode, statusMessage }: IncomingMessage, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The connection to the client is another one: it lives as the client asked, unless the writer ends it. */
export const headersBack = ({ headers, rawHeaders }: IncomingMessage): string[] => [
  ...lastingOf(rawHeaders),
  ...(headers.connection?.toLowerCase() === 'close' ? ['Connection', 'close'] : []),
]

/** Without those that say how the body came over the connection to the writer. */
export const lastingOf = (headers: readonly string[]): string[] =>
  headers.filter(
    (_, at) => !/^(?:connection|keep-alive|transfer-encoding)$/i.test(headers[at - (at % 2)] ?? ''),
  )
