import { expect, it } from "vitest"
import { failedTasks } from "./test.targets.ts"

const closing = `
npm error command sh -c tsc -p .


 NX   Running targets lint, typecheck for 2 projects failed

\u001b[2mFailed tasks:\u001b[22m

\u001b[2m-\u001b[22m @sluice/ops:lint
- @sluice/ops:typecheck

  Run duration:      2.7s
  Cache:             0/2 hit (0%)
`

it("names what Nx lists as failed", () => {
  expect(failedTasks(closing)).toEqual(["@sluice/ops:lint", "@sluice/ops:typecheck"])
  expect(failedTasks("NX   Successfully ran targets")).toEqual([])
})
