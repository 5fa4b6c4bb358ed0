import { Argument, Flag } from "effect/cli"

/** Flags that several commands share. */

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("one line of JSON for machines"),
  Flag.withDefault(false)
)

/** How to reach the API. */
export const accessFlags = {
  url: Flag.String("url").pipe(
    Flag.withDescription("the API; default: SLUICE_URL, else the running stack"),
    Flag.optional
  ),
  token: Flag.String("token").pipe(
    Flag.withDescription("as whom; default: SLUICE_TOKEN, else a developer's token of the running stack"),
    Flag.optional
  ),
  json
}

export const idArgument = Argument.String("id").pipe(Argument.withDescription("its id (a UUID)"))

/** A text that may be left out. */
export const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
