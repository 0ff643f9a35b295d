/** A command and what it printed, with its escape sequences for colour. */
export interface Scene {
  command: string
  output: string[]
  /** How long it took. */
  seconds: number
}

const charWidth = 8.4
const lineHeight = 19
const margin = 16
/** Nobody wants to watch for longer than that between two commands. */
const longestPause = 2

const colors: Record<number, string> = {
  31: '#f47067',
  32: '#57ab5a',
  33: '#c69026',
  34: '#539bf5',
  35: '#b083f0',
  36: '#39c5cf',
  94: '#6cb6ff',
}

/** An animated picture of a terminal in which the scenes follow each other; it plays once. */
export function terminalSvg(scenes: readonly Scene[], columns: number): string {
  let clock = 0.5
  const lines: { text: string; at: number }[] = []
  for (const { command, output, seconds } of scenes) {
    lines.push({ text: `\u001b[1m$ ${command}\u001b[22m`, at: clock })
    clock += Math.min(seconds, longestPause)
    for (const text of output) lines.push({ text, at: clock })
    lines.push({ text: '', at: clock })
    clock += 2
  }
  const width = Math.ceil(columns * charWidth + 2 * margin)
  const height = lines.length * lineHeight + 2 * margin
  const rows = lines.map(({ text, at }, index) => {
    const y = margin + (index + 0.75) * lineHeight
    return `<text x="${margin}" y="${y.toFixed(1)}" style="animation-delay:${at.toFixed(1)}s">${spans(text)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #adbac7; white-space: pre; opacity: 0; animation: show 0.1s forwards }
@keyframes show { to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { text { animation: none; opacity: 1 } }
</style>
<rect width="100%" height="100%" rx="8" fill="#22272e"/>
${rows.join('\n')}
</svg>
`
}

/** Text with SGR sequences as tspans. Only what the program uses is understood: bold, dim and the basic colours. */
function spans(text: string): string {
  let bold = false
  let dim = false
  let color: string | undefined
  let result = ''
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  for (const [, codes, plain] of text.matchAll(/(?:\u001b\[([\d;]*)m)|([^\u001b]+)/g)) {
    if (plain !== undefined) {
      const attributes = [
        ...(bold ? ['font-weight="bold"'] : []),
        ...(dim ? ['fill-opacity="0.6"'] : []),
        ...(color === undefined ? [] : [`fill="${color}"`]),
      ]
      result += `<tspan ${attributes.join(' ')}>${escapeXml(plain)}</tspan>`
      continue
    }
    for (const code of (codes ?? '0').split(';').map(Number)) {
      if (code === 0 || code === 22) bold = dim = false
      if (code === 0 || code === 39) color = undefined
      if (code === 1) bold = true
      if (code === 2) dim = true
      color = colors[code] ?? color
    }
  }
  return result
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
