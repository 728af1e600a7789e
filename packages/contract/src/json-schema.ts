/** JSON Schema of what goes over the wire. */
import { z } from 'zod'
import type { Wire } from './wire/index.js'

type Plain = Readonly<Record<string, unknown>>

/** Made once of each: many operations answer with the same, and making it takes longer than all else of a description. */
const schemas = new WeakMap<Wire<unknown>, Plain>()

/** The wire side as JSON Schema, without the parts that only zod needs. */
export function jsonSchema(wire: Wire<unknown>): Plain {
  const known = schemas.get(wire)
  if (known !== undefined) return known
  const { $schema: _schema, ...schema } = z.toJSONSchema(wire.schema, {
    io: 'input',
    unrepresentable: 'throw',
  })
  schemas.set(wire, schema)
  return schema
}
