/** `approval.decision-recorded` → `Approval decision recorded`. */
export const titleOf = (name: string): string => {
  const words = name.replaceAll(/[.-]/g, " ")
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** With a full stop, so that another sentence can follow. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
