export { migrate, migrateDown, migrationStatus, roleUrl } from "./migrate.ts"
