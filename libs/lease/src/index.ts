export { assertLease, isFenced, type Lease, type LeaseOptions, withLease } from "./lease.ts"
