import { expect, it } from "vitest"
import { addVersion, changesBy, type Loose } from "./compatibility.spec-support.ts"

/** Breaks that were meant, and what lets them through. */

const messageOf = (asyncapi: Loose, name: string) => asyncapi.components.messages[name]
const list = (paths: Loose) => paths["/v1/orders"].get
const going = { deprecated: true, "x-sunset": "2027-06-01T00:00:00.000Z" }

it("says what to do about a break", () => {
  const remedy = (change: (asyncapi: Loose) => unknown) =>
    changesBy(({ asyncapi }) => change(asyncapi)).map(({ sentence }) => sentence)[0]
  expect(
    remedy((asyncapi) => delete messageOf(asyncapi, "order.placed.v1").payload.properties.data.properties.field)
  ).toContain(
    "this breaks subscribers of events, who read by what was released: such events are stored, so give the event a new version, with an upcaster"
  )
  expect(remedy(({ operations }) => operations["receive.order.placed"].messages.pop())).toContain(
    "with an upcaster to version 2"
  )
  expect(remedy(addVersion)).toContain('CHANGELOG.md under "Unreleased", with the words `order.placed` version 2')
  expect(remedy(({ operations }) => delete operations["send.order.place"])).toContain("deprecated first, with a Sunset")
})

it("lets a new version through that the changelog tells of, under what is not released yet", () => {
  const verdicts = (changelog: string) =>
    changesBy(({ asyncapi }) => addVersion(asyncapi), undefined, changelog).map(({ verdict }) => verdict)
  const unreleased = (line: string) => `# Changelog\n\n## Unreleased\n\n${line}\n\n## 1.0.0\n\n- Old.\n`
  expect(verdicts(unreleased("- `order.placed` version 2: a field."))).toEqual(["free"])
  expect(verdicts(unreleased("- The event `order.placed`\n  version 2 has a field."))).toEqual(["free"])
  expect(verdicts(unreleased("- `order.placed` version 21"))).toEqual(["breaking"])
  expect(verdicts(unreleased("- `order.paid` version 2"))).toEqual(["breaking"])
  expect(verdicts(unreleased("- order.placed has a field"))).toEqual(["breaking"])
  expect(verdicts("# Changelog\n\n## 1.0.0\n\n- `order.placed` version 2\n")).toEqual(["breaking"])
  expect(verdicts("# Changelog\n\n## Unreleased\n\n- Nothing.\n\n## 1.0.0\n\n- `order.placed` version 2\n")).toEqual([
    "breaking"
  ])
})

it("lets a command go together with its route, when the Sunset that was released has passed", () => {
  const gone = (sunset: string) =>
    changesBy(
      ({ asyncapi, openapi }) => {
        delete asyncapi.operations["send.order.place"]
        delete openapi.paths["/v1/orders"].post
      },
      ({ openapi }) => Object.assign(openapi.paths["/v1/orders"].post, { deprecated: true, "x-sunset": sunset })
    ).map(({ verdict, sentence }) => `${verdict}: ${sentence}`)
  expect(gone("2027-02-28T00:00:00Z")).toEqual([
    "free: the command order.place: it is gone, as announced for 2027-02-28",
    "free: POST /v1/orders: the route is gone, as announced for 2027-02-28"
  ])
  expect(gone("2027-03-02T00:00:00Z")).toEqual([
    expect.stringMatching(/^breaking: the command .*: keep it until its Sunset, 2027-03-02$/),
    expect.stringMatching(/^breaking: POST .*: keep it until its Sunset, 2027-03-02$/)
  ])
})

/** A route was released as about to go, and is gone. */
const goneAfter = (released: object) =>
  changesBy(
    ({ openapi }) => delete openapi.paths["/v1/orders/{id}"],
    ({ openapi }) => {
      Object.assign(openapi.paths["/v1/orders/{id}"].get, released)
    }
  ).map(({ verdict, sentence }) => `${verdict}: ${sentence}`)

it("lets a route go that was released as deprecated, when its Sunset has passed", () => {
  expect(goneAfter({ deprecated: true, "x-sunset": "2027-02-28T00:00:00.000Z" })).toEqual([
    "free: GET /v1/orders/{id}: the route is gone, as announced for 2027-02-28"
  ])
  expect(goneAfter(going)).toEqual([expect.stringMatching(/^breaking: .*: keep it until its Sunset, 2027-06-01$/)])
  expect(goneAfter({ deprecated: true })).toEqual([
    expect.stringMatching(/^breaking: .*: release it as deprecated first, with a Sunset$/)
  ])
  expect(goneAfter({ "x-sunset": "2027-02-28T00:00:00.000Z" })).toEqual([expect.stringMatching(/^breaking: /)])
})

it("holds a Sunset that was released", () => {
  const moved = (sunset: string) =>
    changesBy(
      ({ openapi }) => Object.assign(list(openapi.paths), { "x-sunset": sunset }),
      ({ openapi }) => Object.assign(list(openapi.paths), going)
    ).map(({ verdict, sentence }) => `${verdict}: ${sentence}`)
  expect(moved("2027-05-31T00:00:00.000Z")).toEqual([
    expect.stringMatching(/^breaking: GET \/v1\/orders: its Sunset is 2027-05-31, earlier than was released/)
  ])
  expect(moved("2027-09-01T00:00:00.000Z")).toEqual([])
})
