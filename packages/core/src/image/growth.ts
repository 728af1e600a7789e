/** Typed arrays that grow: the one hand that moves their values into more room, and says how much that is. */
type TypedArray = Float64Array | Int32Array | Uint8Array | Uint16Array | Uint32Array | BigInt64Array

const ROOM_FIRST = 16
const GROWTH = 1.5

/** The values in an array of that length; what is new is zero. */
export function widened<A extends TypedArray>(values: A, length: number): A {
  const wider = new (values.constructor as new (length: number) => A)(length)
  wider.set(values as never)
  return wider
}

/** How much room to make for `needed` places where there is room for `present`: by half more each time, so that growing is rare. */
export const roomFor = (needed: number, present: number): number =>
  Math.max(needed, ROOM_FIRST, Math.ceil(present * GROWTH))
