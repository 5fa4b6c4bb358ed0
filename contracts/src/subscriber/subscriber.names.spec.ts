import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import declaredConsumers from "../../../ops/nats/consumers.json" with { type: "json" }
import { Tenant } from "../actor/actor.ts"
import { accountName, SLOTS, slotName, slotNames } from "./subscriber.names.ts"

const Slot = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: SLOTS }))

describe("a slot's name", () => {
  it.prop("says whose it is and which", { tenant: Tenant, slot: Slot }, ({ tenant, slot }) => {
    const name = slotName(tenant, slot)
    assert.deepStrictEqual([name.slice(0, -4), Number(name.slice(-2))], [tenant, slot])
    assert.match(name, /^[a-z0-9-]+$/)
  })

  it.prop("is no other tenant's", { one: Tenant, other: Tenant }, ({ one, other }) => {
    const shared = new Set(slotNames(one)).intersection(new Set(slotNames(other)))
    assert.strictEqual(shared.size, one === other ? SLOTS : 0)
  })

  it("is no other tenant's that is called like a slot", () => {
    const tenants = ["a", "a-s01", "a-s01-s01", "a-s", "a-"]
    assert.strictEqual(new Set(tenants.flatMap(slotNames)).size, tenants.length * SLOTS)
  })

  it("is no service's own durable", () => {
    const own = declaredConsumers.map(({ durable_name }) => durable_name)
    assert.deepStrictEqual(
      own.filter((name) => /-s\d\d$/.test(name)),
      []
    )
  })
})

it.prop("an account is no other tenant's and no service's", { one: Tenant, other: Tenant }, ({ one, other }) => {
  assert.strictEqual(accountName(one) === accountName(other), one === other)
  assert.notMatch(accountName(one), /^SLUICE|^\$/)
})
