/** A value as a query has it: items of a list with commas between; an object, or a list of objects, as JSON. */
export const inQuery = (value: unknown): string =>
  isStructured(Array.isArray(value) ? value[0] : value) ? JSON.stringify(value) : String(value)

const isStructured = (value: unknown): boolean => typeof value === 'object' && value !== null
