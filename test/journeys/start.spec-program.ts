import { runStart } from "@sluice/ops/dev/start"

/** `npm start` in a process of its own, announced in a file of its own. */
process.exitCode = await runStart(JSON.parse(process.argv[2] ?? "{}"))
