/**
 * Messages of gRPC and the JSON of the REST: one is the other's proto3 JSON, so that both are read and written by the
 * same code.
 */
import { randomUUID } from 'node:crypto'
import { type DescMessage, fromJson, type JsonValue, type MessageShape, toJson } from '@bufbuild/protobuf'
import type { HandlerContext } from '@connectrpc/connect'
import { CONNECTION } from '../../../grpc/index.js'
import type { Incoming } from '../call.js'
import { invalid } from '../errors.js'
import { Fields } from '../fields.js'

/** The call as a route reads it: the message is both the query of a GET and the body of a POST. */
export function incomingOf<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  { values, requestHeader }: HandlerContext,
): Incoming {
  const json = jsonOf(schema, message)
  return {
    id: randomUUID(),
    address: addressOf(values),
    headers: Object.fromEntries(requestHeader),
    params: {},
    query: json,
    body: json,
  }
}

/** A message of a stream of requests, as its fields. */
export const fieldsOf = <Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Fields =>
  Fields.ofQuery(jsonOf(schema, message))

/** A message can hold what its JSON cannot, such as a time in the year 20,000. */
function jsonOf<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): JsonValue {
  try {
    return toJson(schema, message)
  } catch {
    throw invalid('the request is not well formed')
  }
}

export const addressOf = (values: HandlerContext['values']): string => values.get(CONNECTION)?.address ?? ''

/** Text that is empty is a field's default, and of an enum it is no name: it is left out. */
export const messageOf = <Desc extends DescMessage>(schema: Desc, answer: unknown): MessageShape<Desc> =>
  fromJson(schema, withoutEmpty(answer as JsonValue))

function withoutEmpty(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== '')
      .map(([name, field]) => [name, withoutEmpty(field)]),
  )
}
