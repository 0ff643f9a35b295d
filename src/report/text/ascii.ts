const replacements: Record<string, string> = {
  '│': '|',
  '─': '-',
  '►': '>',
  '◄': '<',
  '└': '`',
  '┘': "'",
  '▲': '^',
  // Not "x": that is the letter of a backend.
  '×': '*',
  '●': '=',
  '○': '/',
  '·': '.',
  '…': '~',
  '–': '-',
  '→': '>',
  '█': '#',
  '▉': '#',
  '▊': '#',
  '▋': '#',
  '▌': '#',
  '▍': '-',
  '▎': '-',
  '▏': '-',
}

/** Replaces the characters that this tool draws with by ASCII of the same width; the words of others stay. */
export function toAscii(text: string): string {
  return text.replace(/[│─►◄└┘▲×●○·…–→█▉▊▋▌▍▎▏]/g, (character) => replacements[character] ?? character)
}
