import { ensureDevIssuer } from "@sluice/auth/dev-issuer"
import { Tenant } from "@sluice/contracts/actor/actor"
import { SCOPES } from "@sluice/contracts/actor/principal"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { failure } from "./shared/failure.ts"
import { stack } from "./shared/target.ts"

const lifetime = /^[1-9]\d{0,5} ?(s|m|h|d|w)$/

export const token = Command.make(
  "token",
  {
    tenant: Flag.String("tenant").pipe(
      Flag.withDescription("whose data"),
      Flag.withSchema(Tenant),
      Flag.withDefault("acme")
    ),
    sub: Flag.String("sub").pipe(Flag.withDescription("who"), Flag.withDefault("developer")),
    role: Flag.String("role").pipe(Flag.withDescription("a role held; may be repeated"), Flag.atLeast(0)),
    scope: Flag.Literals("scope", ["*", ...SCOPES]).pipe(
      Flag.withDescription("what the token allows; may be repeated; default: everything"),
      Flag.atLeast(0)
    ),
    kind: Flag.Literals("kind", ["user", "service", "agent"]).pipe(
      Flag.withDescription("what kind of actor"),
      Flag.withDefault("user")
    ),
    expires: Flag.String("expires").pipe(
      Flag.withDescription("how long it lives: 30s, 15m, 1h, 7d"),
      Flag.withDefault("1h")
    )
  },
  Effect.fnUntraced(function* ({ tenant, sub, role, scope, kind, expires }) {
    if (!lifetime.test(expires)) return yield* failure(`--expires ${expires} is no time like 30s, 15m, 1h or 7d`)
    if (sub === "") return yield* failure("--sub must name somebody")
    const { issuerDir } = yield* stack
    const claims = { tenant, sub, roles: [...role], scope: scope.length === 0 ? "*" : scope.join(" "), kind }
    const issuer = yield* Effect.promise(() => ensureDevIssuer(issuerDir))
    yield* Console.log(yield* Effect.promise(() => issuer.sign(claims, expires)))
  })
).pipe(
  Command.withDescription("Print a token for the running stack, signed by its development issuer"),
  Command.withExamples([
    {
      command: "npm run -s sluice -- token --tenant acme --sub maria --role manager --role finance",
      description: "Somebody who may decide"
    },
    {
      command: "npm run -s sluice -- token --sub dashboard --kind service --scope sessions:read --expires 7d",
      description: "A service that only reads"
    }
  ])
)
