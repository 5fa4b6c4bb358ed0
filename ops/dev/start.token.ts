import type { DevIssuer } from "@sluice/auth/dev-issuer"

/** Who a newcomer is: may do everything in a tenant of its own, under the roles that the examples ask for. */
export const developer = {
  tenant: "acme",
  sub: "developer",
  roles: ["pm", "manager", "finance"],
  hours: 12
} as const

/** A ready-made token. */
export const developerToken = ({ sign }: DevIssuer): Promise<string> =>
  sign(
    { tenant: developer.tenant, sub: developer.sub, roles: [...developer.roles], scope: "*", kind: "user" },
    `${developer.hours}h`
  )

/** Opens a session; to be pasted into a shell. */
export const curlLine = (api: string, token: string): string =>
  `curl -s ${api}/v1/sessions -H 'content-type: application/json' -H 'authorization: Bearer ${token}' -d '{"role":"pm"}'`
