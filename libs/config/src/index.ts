export * from "./config.fields.ts"
export { ConfigError, readConfig } from "./config.read.ts"
