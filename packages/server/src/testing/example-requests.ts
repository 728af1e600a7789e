/** The examples of the contract as requests to a running server. Not exported. */
import type { Operation } from '@stemma/contract'

/** Replaces the ids of the examples by the real ones, in text and beneath. */
export function real(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Array.isArray(value)) return value.map((part) => real(part, ids))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, real(part, ids)]))
}

/** With `inQuery` values are written into an address as the client writes them. */
export function requestOf(
  { method, path, pathFields, example }: Operation,
  ids: ReadonlyMap<string, string>,
  inQuery: (value: unknown) => string,
) {
  const input = real(example.request, ids) as Record<string, unknown>
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !pathFields.includes(name)))
  const url = path.replaceAll(/\{([a-z_]+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(input[name])),
  )
  const isInBody = method !== 'GET' && method !== 'DELETE'
  const query = new URLSearchParams(
    isInBody ? [] : Object.entries(rest).map(([name, value]): [string, string] => [name, inQuery(value)]),
  )
  return { url: `/stemma/v1${url}?${query}`.replace(/\?$/, ''), body: isInBody ? rest : undefined }
}
