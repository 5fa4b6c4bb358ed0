import { Schema } from "effect"

/**
 * This database does not know what the broker or the relay itself has published: it was restored, or failed over and lost
 * commits. Publishing over it would give consumers two histories, so the relay stops until somebody decides.
 */
export class RestoredDatabase extends Schema.TaggedError<RestoredDatabase>()("RestoredDatabase", {
  found: Schema.String
}) {
  override get message(): string {
    return (
      `${this.found}. The database was restored or lost commits, so nothing is published. Bring back a database that has ` +
      "these events; or, if they are lost for good, delete the stream EVENTS: the relay then publishes this database's " +
      "events anew, and consumers that are ahead of it say how to rebuild them."
    )
  }
}
