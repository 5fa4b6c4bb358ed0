/**
 * Subjects of commands. A command is `<category>.<command>` (`session.open`), so each of these has four tokens. A subject that is bound
 * to a stream answers requests by itself, so the requests' and the queue's do not overlap.
 */

/** Where a command is sent as a request; the reply is its answer. */
export const commandSubject = (tenant: string, command: string): string => `cmd.${tenant}.${command}`

/** Where a command is left in the stream COMMANDS, to be handled once. */
export const queuedCommandSubject = (tenant: string, command: string): string => `cmdq.${tenant}.${command}`

/** Where it is said why a queued command was refused. */
export const rejectionSubject = (tenant: string, command: string): string => `rej.${tenant}.${command}`

/** Where a queued command is kept that could not be handled again and again. */
export const parkedCommandSubject = (tenant: string, command: string): string => `parked.${tenant}.${command}`
