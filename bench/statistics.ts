/** Percentiles, medians, and the time that work takes. */

export const median = (values: readonly number[]): number =>
  values.slice().sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN

/** Samples of a time: as many as come, without an object for each. */
export class Samples {
  private values = new Float64Array(1 << 16)
  private count = 0
  private isSorted = false

  add(value: number): void {
    if (this.count === this.values.length) {
      const wider = new Float64Array(this.count * 2)
      wider.set(this.values)
      this.values = wider
    }
    this.values[this.count++] = value
    this.isSorted = false
  }

  get size(): number {
    return this.count
  }

  /** The smallest sample that at least the given share of all samples does not exceed. */
  percentile(share: number): number {
    if (!this.isSorted) {
      this.values.subarray(0, this.count).sort()
      this.isSorted = true
    }
    return this.values[Math.max(0, Math.ceil(this.count * share) - 1)] ?? Number.NaN
  }
}

/** Time of the processor in nanoseconds, not of the wall: whatever else the machine does meanwhile is left out. */
export function processorNanoseconds(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1_000
}
