import { readFileSync } from "node:fs"

/** The most memory a process ever had resident, in MB (2^20 bytes), as Linux counts it. */
export const peakMemory = (pid: number): number => {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(peak ?? Number.NaN) / 1024
}
