import { readConfig } from "@sluice/config"
import { Effect, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { mailFields, mailSettings } from "./mail.config.ts"

const read = (env: Record<string, string>) => Effect.runPromise(readConfig(mailFields(env), env))
const problems = async (env: Record<string, string>) => {
  const error = await Effect.runPromise(Effect.flip(readConfig(mailFields(env), env)))
  expect(error.message).not.toContain("hush")
  return error.problems.map(({ variable }) => variable).sort()
}
const good = {
  SMTP_URL: "smtp://sluice:hush@mail.example.com:587?requireTLS=true",
  MAIL_FROM: "Sluice, the gate <gate@example.com>",
  PUBLIC_URL: "https://sluice.example.com/api/"
}

describe("how mails are sent", () => {
  it("is nothing to set where there are none", async () => {
    expect(mailSettings(await read({}))).toBeUndefined()
    expect(mailSettings(await read({ SMTP_URL: "  ", MAIL_FROM: good.MAIL_FROM }))).toBeUndefined()
  })

  it("is read", async () => {
    const config = await read(good)
    expect(mailSettings(config)).toEqual({
      smtpUrl: expect.anything(),
      from: { name: "Sluice, the gate", address: "gate@example.com" },
      publicUrl: "https://sluice.example.com/api"
    })
    expect(Redacted.value(config.SMTP_URL as Redacted.Redacted)).toBe(good.SMTP_URL)
    expect(JSON.stringify(config)).not.toContain("hush")
    expect(mailSettings(await read({ ...good, MAIL_FROM: "gate@example.com" }))?.from).toEqual({
      name: "",
      address: "gate@example.com"
    })
  })

  it("is refused, naming every variable that is missing or bad", async () => {
    expect(await problems({ SMTP_URL: good.SMTP_URL })).toEqual(["MAIL_FROM", "PUBLIC_URL"])
    expect(await problems({ SMTP_URL: "http://hush", MAIL_FROM: "nobody", PUBLIC_URL: "ftp://x" })).toEqual([
      "MAIL_FROM",
      "PUBLIC_URL",
      "SMTP_URL"
    ])
  })

  it.each(["a b@c", "x <a@b", "x <a@b> y", "a@b\nBcc: c@d", "x\r\nBcc: c@d <a@b>", "<a@b>,<c@d>", "a@b,c@d"])(
    "takes no sender like %j",
    async (MAIL_FROM) => expect(await problems({ ...good, MAIL_FROM })).toEqual(["MAIL_FROM"])
  )
  it.each(["https://x/?q=1", "https://x/#f", "https://", "x"])("takes no address like %s", async (PUBLIC_URL) =>
    expect(await problems({ ...good, PUBLIC_URL })).toEqual(["PUBLIC_URL"])
  )
})
