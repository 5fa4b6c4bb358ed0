import { createHmac } from "node:crypto"
import type postgres from "postgres"
import { sqlFiles } from "./sql-files.ts"

/** The roles that services and operators log in as: one file each in `db/roles`. */
export const loginRoles = (): ReadonlyArray<string> =>
  sqlFiles("roles")
    .map((file) => file.name)
    .filter((name) => name !== "sluice_owner")

/**
 * The password of a role on a development server: HMAC-SHA256 of the role's name under the administrator's password, so
 * that two stacks on one server agree without telling each other.
 */
const developmentPassword = (adminUrl: string, role: string): string =>
  createHmac("sha256", decodeURIComponent(new URL(adminUrl).password) || "trust")
    .update(role)
    .digest("hex")

/** The URL under which `role` reaches the same database, once `allowLogins` has run there. */
export const roleUrl = (adminUrl: string, role: string): string => {
  const url = new URL(adminUrl)
  url.username = role
  url.password = developmentPassword(adminUrl, role)
  return url.href
}

/** Sets the development passwords. Production sets its own. */
export const allowLogins = async (sql: postgres.Sql, adminUrl: string): Promise<void> => {
  for (const role of loginRoles()) {
    await sql.unsafe(`alter role ${role} login password '${developmentPassword(adminUrl, role)}'`)
  }
}
