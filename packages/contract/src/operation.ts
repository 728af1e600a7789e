/**
 * Operations, each declared once. Routes, OpenAPI, the typed client, the command line and the reference are made from
 * these declarations; nothing about an operation is written down a second time.
 */
import type { Scope } from '@stemma/core/access/scopes'
import type { RefusalCode } from '@stemma/core/refusals'
import type { ObjectOf, ObjectWire, Shape, Wire, WireOf } from './wire/index.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A command changes, a query reads the present, a history reads the past. */
export type OperationKind = 'command' | 'query' | 'history'

export interface OperationSpec<I extends Shape, O> {
  readonly kind: OperationKind
  readonly method: Method
  /** Below `/stemma/v1`; `{name}` stands for the input field of that name. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Null where every valid credential may ask. */
  readonly scope: Scope | null
  /** Path, query and body in one: placeholders are in the path, the rest in the query of a GET, else in the body. */
  readonly input: ObjectWire<I>
  readonly output: Wire<O>
  readonly refusals: readonly RefusalCode[]
  /** It changes a record that carries a version; `If-Match` names the one that it changes. */
  readonly ifMatch?: boolean
  readonly example: { readonly request: ObjectOf<I>; readonly response: O }
}

export interface Operation<Name extends string = string, I extends Shape = Shape, O = unknown>
  extends OperationSpec<I, O> {
  readonly name: Name
  readonly ifMatch: boolean
  /** Input fields that stand in the path. */
  readonly pathFields: readonly string[]
  readonly isWrite: boolean
}

export type InputOf<T> = T extends { readonly input: { readonly type?: infer W } }
  ? Exclude<W, undefined>
  : never
export type OutputOf<T> = T extends { readonly output: Wire<unknown> } ? WireOf<T['output']> : never

export function operation<const Name extends string, I extends Shape, O>(
  name: Name,
  spec: OperationSpec<I, O>,
): Operation<Name, I, O> {
  const pathFields = [...spec.path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] as string)
  return { ...spec, name, pathFields, ifMatch: spec.ifMatch ?? false, isWrite: spec.kind === 'command' }
}
