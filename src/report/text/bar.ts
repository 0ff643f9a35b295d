const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `share` of `width` columns, exact to an eighth of a column; something that is not nothing is visible. */
export function bar(share: number, width: number): string {
  const parts = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const visible = share > 0 ? Math.max(1, parts) : 0
  return '█'.repeat(Math.floor(visible / 8)) + (eighths[visible % 8] ?? '')
}
