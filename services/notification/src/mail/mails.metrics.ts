import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const mailsTotal = new Counter({
  name: "sluice_mails_total",
  help: "Attempts to send an e-mail, by what became of them: sent, retried (tried again later), dead (given up), dropped (not wanted any more), lost (somebody else had taken it meanwhile)",
  labelNames: ["outcome"],
  registers
})
export const oldestPending = new Gauge({
  name: "sluice_mails_oldest_pending_seconds",
  help: "How long the oldest e-mail that is not sent has been due; 0 when none is",
  registers
})
export const deadMails = new Gauge({
  name: "sluice_mails_dead",
  help: "E-mails that were given up",
  registers
})
