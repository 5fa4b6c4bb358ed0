import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { ensureDevIssuer } from "@sluice/auth"
import { freshKey } from "@sluice/secrets"
import { testDatabase, testNats } from "@sluice/testing"
import { request } from "undici"
import { afterAll, describe, expect, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "sluice-api-"))
afterAll(() => rmSync(folder, { recursive: true }))
const issuer = await ensureDevIssuer(folder)
const database = await testDatabase()
const nats = await testNats()
const environment = {
  DATABASE_URL: database.urlFor("sluice_api"),
  NATS_URL: nats.url,
  JWT_ISSUER: issuer.issuer,
  JWT_AUDIENCE: issuer.audience,
  JWKS_URL: issuer.jwksUrl,
  SECRETS_KEY: freshKey("spec")
}

const start = (env: Record<string, string>) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url))], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  // biome-ignore lint/suspicious/noExplicitAny: log lines have many shapes
  const lines: Array<any> = []
  let waiting = (): void => {}
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(JSON.parse(line))
    waiting()
  })
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve))
  afterAll(() => void child.kill("SIGKILL"))
  const line = (msg: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    new Promise<any>((resolve, reject) => {
      waiting = () => {
        const found = lines.find((one) => one.msg === msg)
        if (found !== undefined) resolve(found)
      }
      void exit.then((code) => reject(new Error(`exited with ${code} and never said ${msg}: ${JSON.stringify(lines)}`)))
      waiting()
    })
  return { child, lines, exit, line }
}

describe("the process", () => {
  it("says when it is ready, answers operators, and gives a request under way its answer before it exits 0", async () => {
    const { child, exit, line, lines } = start(environment)
    const { url } = await line("ready")
    const answers = await Promise.all(["/healthz", "/readyz", "/metrics"].map((path) => request(url + path)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(await answers[1]?.body.json()).toMatchObject({ checks: { database: { ok: true } } })
    const metrics = await answers[2]?.body.text()
    for (const name of ["sluice_commands_total", "sluice_command_queue", "sluice_batch_bytes", "nodejs_eventloop_lag"])
      expect(metrics).toContain(name)

    const token = await issuer.sign({ tenant: "acme", sub: "ada", scope: "*" }, "1h")
    const body = JSON.stringify({ role: "pm" })
    const socket = connect(Number(new URL(url).port), "127.0.0.1")
    const answer = new Promise<string>((resolve) => {
      let text = ""
      socket.on("data", (data) => {
        text += data
        if (text.startsWith("HTTP/1.1 100")) {
          child.kill("SIGTERM")
          text = ""
        }
      })
      socket.on("close", () => resolve(text))
    })
    socket.write(
      `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
    )
    await line("stopping")
    socket.write(body)
    expect(await answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(await exit).toBe(0)
    expect(JSON.stringify(lines)).not.toContain(token)
  })

  it("says nothing of a secret, however much it is asked to say", async () => {
    const { child, exit, line, lines } = start({ ...environment, LOG_LEVEL: "trace" })
    const { url } = await line("ready")
    const headers = {
      authorization: `Bearer ${await issuer.sign({ tenant: "acme", sub: "ada", scope: "*" }, "1h")}`,
      "content-type": "application/json"
    }
    const post = async (path: string, json: object) => {
      const answer = await request(url + path, { method: "POST", headers, body: JSON.stringify(json) })
      return (await answer.body.json()) as { readonly id: string; readonly secret: string }
    }
    const hook = { name: "hook", endpoint: "https://example.com", types: ["*.*"] }
    const made = await post("/v1/subscriptions", hook)
    const rotated = await post(`/v1/subscriptions/${made.id}/rotate-secret`, {})
    await post("/v1/subscriptions", { ...hook, secret: made.secret })
    child.kill("SIGTERM")
    await exit
    const said = JSON.stringify(lines)
    expect(said).toContain("/v1/subscriptions")
    for (const { secret } of [made, rotated]) {
      expect(secret).toMatch(/^whsec_/)
      expect(said).not.toContain(secret.replace("whsec_", ""))
    }
  })

  it("names every bad variable and exits 1", async () => {
    const bad = { JWKS_URL: "ftp://x", COMMAND_QUEUE: "0", JWT_ISSUER: "", SECRETS_KEY: "hush-hush" }
    const { exit, lines } = start({ ...environment, ...bad, WEBHOOK_ALLOW_LOOPBACK: "maybe" })
    expect(await exit).toBe(1)
    const said = JSON.stringify(lines)
    for (const variable of [...Object.keys(bad), "WEBHOOK_ALLOW_LOOPBACK"]) expect(said).toContain(variable)
    expect(said).not.toContain("hush-hush")
    expect(said).not.toContain(new URL(environment.DATABASE_URL).password)
  })
})
