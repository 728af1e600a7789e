/** Kinds of values that settings take: each says what it expects, in words that a refusal can use. */
import type { Plain } from '../image/index.js'

export interface Setting<T extends Plain> {
  readonly description: string
  readonly defaultValue: T
  /** What is expected, where `value` is not that; null where it is. */
  fault(value: Plain): string | null
}

export const wholeNumber = (
  description: string,
  defaultValue: number,
  { least, most }: { readonly least: number; readonly most: number },
): Setting<number> => ({
  description,
  defaultValue,
  fault: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? null
      : `a whole number from ${least} to ${most}`,
})

export const yesOrNo = (description: string, defaultValue: boolean): Setting<boolean> => ({
  description,
  defaultValue,
  fault: (value) => (typeof value === 'boolean' ? null : 'true or false'),
})

export const isRecord = (value: Plain): value is { readonly [key: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
