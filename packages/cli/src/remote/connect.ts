/** A server as the remote commands see it: answers as they are, refusals and silence as endings. */
import { randomUUID } from 'node:crypto'
import { inQuery } from '@stemma/client'
import { BASE_PATH, findOperation, type Operation } from '@stemma/client/operations'
import type { Connection } from '../connection.js'
import { Ending, EXIT } from '../exit.js'
import type { Api, CallOptions, Input } from './api.js'
import { type Problem, refusal, unreachable } from './problem.js'
import { serverSentEvents } from './server-sent-events.js'

export function connect({ url, apiKey }: Connection): Api {
  const headers = { authorization: `Bearer ${apiKey}` }
  return {
    async call(name, input, options) {
      const operation = findOperation(name)
      if (operation === undefined) throw new Error(`expected an operation, was ${name}`)
      const { method } = operation
      const body = bodyOf(operation, input)
      const answer = await reach(url, `${url}${BASE_PATH}${addressOf(operation, input, options)}`, {
        method,
        headers: { ...headers, ...headersOf(operation, options, body !== null) },
        ...(body === null ? {} : { body }),
      })
      return jsonOf(url, answer)
    },
    async *follow(path, query, signal) {
      const address = `${url}${BASE_PATH}${path}?${new URLSearchParams(query)}`
      const answer = await reach(url, address, { headers, signal })
      if (!answer.ok || answer.body === null) {
        await jsonOf(url, answer)
        return
      }
      for await (const { event, data } of serverSentEvents(answer.body, signal)) {
        if (event === 'closed')
          throw new Ending(EXIT.refused, `The server closed the stream: ${reasonIn(data)}.`)
        yield JSON.parse(data)
      }
    },
  }
}

async function reach(url: string, address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

async function jsonOf(url: string, answer: Response): Promise<unknown> {
  const text = await answer.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new Ending(
      EXIT.unreachable,
      `${url} answers, but not as a Stemma server does (status ${answer.status}).`,
      { cause },
    )
  }
  if (!answer.ok) throw refusal(body as Problem)
  return body
}

/** Fields of the path in their places; for operations without a body, the rest as the query. */
function addressOf(operation: Operation, input: Input, { dryRun }: CallOptions): string {
  const path = operation.path.replace(/\{([a-z_]+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(input[name])),
  )
  const query = new URLSearchParams()
  if (!hasBody(operation))
    for (const [name, value] of fieldsBeside(operation, input)) query.set(name, inQuery(value))
  if (dryRun) query.set('dry_run', 'true')
  return query.size === 0 ? path : `${path}?${query}`
}

const hasBody = ({ method }: Operation): boolean => method !== 'GET' && method !== 'DELETE'

const fieldsBeside = ({ pathFields }: Operation, input: Input): [string, unknown][] =>
  Object.entries(input).filter(([name]) => !pathFields.includes(name))

const bodyOf = (operation: Operation, input: Input): string | null =>
  hasBody(operation) ? JSON.stringify(Object.fromEntries(fieldsBeside(operation, input))) : null

function headersOf(
  operation: Operation,
  { idempotencyKey, ifMatch, dryRun }: CallOptions,
  isJson: boolean,
): Record<string, string> {
  return {
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    // A key of its own for each command line: a lost answer is asked for again by giving the key by hand.
    ...(operation.isWrite && !dryRun ? { 'idempotency-key': idempotencyKey ?? randomUUID() } : {}),
    ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
  }
}

function reasonIn(data: string): string {
  const { reason } = JSON.parse(data) as { reason?: string }
  return reason ?? 'no reason given'
}
