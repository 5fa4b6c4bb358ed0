import type { DevIssuer } from "@sluice/auth/dev-issuer"

/** Somebody who sends commands. */
export interface Person {
  readonly tenant: string
  readonly id: string
  readonly token: string
}

/** The people of one tenant: one asks, two decide. */
export interface Tenant {
  readonly name: string
  readonly asker: Person
  readonly manager: Person
  readonly finance: Person
}

/** Nobody's token runs out during a run. */
const lifetime = "12h"

export const makeTenant = async (issuer: DevIssuer, name: string): Promise<Tenant> => {
  const person = async (id: string, roles: ReadonlyArray<string>): Promise<Person> => ({
    tenant: name,
    id,
    token: await issuer.sign({ tenant: name, sub: id, roles: [...roles], scope: "*", kind: "user" }, lifetime)
  })
  return {
    name,
    asker: await person("asker", ["pm"]),
    manager: await person("manager", ["manager"]),
    finance: await person("finance", ["finance"])
  }
}
