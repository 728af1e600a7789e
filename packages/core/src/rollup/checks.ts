/** One law and whether it holds. */
export type Check = {
  readonly name: string
  readonly holds: boolean
  /** What was found where the law does not hold. */
  readonly detail: string | null
}

export const checkOf = (name: string, fault: string | null): Check => ({
  name,
  holds: fault === null,
  detail: fault,
})
