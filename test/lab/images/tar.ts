/** One member of a tar archive. */
export type TarEntry =
  | { path: string; kind: 'file'; data: Buffer; mode: number }
  | { path: string; kind: 'folder'; mode: number }
  | { path: string; kind: 'link'; target: string }

const block = 512
const typeFlag = { file: '0', link: '2', folder: '5' } as const

const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block)

function header(entry: TarEntry): Buffer {
  const out = Buffer.alloc(block)
  const field = (offset: number, length: number, value: string): void => {
    if (Buffer.byteLength(value) > length) throw new Error(`too long for a tar header: ${value}`)
    out.write(value, offset)
  }
  const octal = (offset: number, length: number, value: number): void =>
    field(offset, length, `${value.toString(8).padStart(length - 1, '0')}\0`)
  field(0, 100, entry.path)
  octal(100, 8, entry.kind === 'link' ? 0o777 : entry.mode)
  octal(108, 8, 0)
  octal(116, 8, 0)
  octal(124, 12, entry.kind === 'file' ? entry.data.length : 0)
  // No time of its own: the same content makes the same archive.
  octal(136, 12, 0)
  field(148, 8, ' '.repeat(8))
  field(156, 1, typeFlag[entry.kind])
  if (entry.kind === 'link') field(157, 100, entry.target)
  field(257, 8, 'ustar\u000000')
  octal(
    148,
    7,
    out.reduce((sum, byte) => sum + byte, 0),
  )
  return out
}

/** Writes a tar archive (ustar) of these entries. */
export const tar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) =>
      entry.kind === 'file' ? [header(entry), entry.data, padding(entry.data.length)] : [header(entry)],
    ),
    Buffer.alloc(2 * block),
  ])
