import { createServer } from "node:net"
import { expect, it, onTestFinished } from "vitest"
import { freePort, isPortFree, requirePort } from "./port.free.ts"

it("is free, and no port that the system gives to outgoing connections", async () => {
  const port = await freePort()
  expect(port).toBeLessThan(32_768)
  expect(await isPortFree(port)).toBe(true)
})

it("is refused by name when somebody listens on it", async () => {
  const port = await freePort()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve))
  onTestFinished(() => void other.close())
  await expect(requirePort(port, "the API")).rejects.toThrow(
    `port ${port} on 127.0.0.1, wanted for the API, is in use: stop what listens there or choose another port`
  )
})

it.each([0, 65_536, 1.5, Number.NaN])("%d is refused as no port", async (port) => {
  await expect(requirePort(port, "the API")).rejects.toThrow(`${port}, wanted for the API, is no port`)
})
