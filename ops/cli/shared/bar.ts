const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

/** A bar of so many columns, drawn to an eighth of one; it is full at 100 alone. */
export const bar = (percent: number, columns: number): string => {
  const eighths = Math.floor((Math.min(100, Math.max(0, percent)) * columns * 8) / 100)
  const full = Math.floor(eighths / 8)
  const filled = "█".repeat(full) + (EIGHTHS[eighths % 8] ?? "")
  return filled + "░".repeat(columns - filled.length)
}
