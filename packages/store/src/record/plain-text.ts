/**
 * Plain data as JSON text for SQL columns, and back. JSON has no bigint: one is written as {"$": "123"}, so that an
 * analyst can read it and nothing is rounded.
 */
import type { Plain } from '@stemma/core/image'

export const toText = (plain: Plain): string =>
  JSON.stringify(plain, (_key, value: unknown) => (typeof value === 'bigint' ? { $: String(value) } : value))

export const fromText = (text: string): Plain =>
  JSON.parse(text, (_key, value: unknown) => (isMarked(value) ? BigInt(value.$) : value)) as Plain

const isMarked = (value: unknown): value is { $: string } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length === 1 &&
  typeof (value as { $?: unknown }).$ === 'string'
