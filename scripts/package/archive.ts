import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { bun, root } from '../bundle.ts'

/** A file in an archive. */
export interface Entry {
  name: string
  content: Uint8Array
  executable?: boolean
}

/**
 * Archives whose bytes follow from their content alone: one owner, one time (the one that npm writes), the order of
 * the caller.
 */
const modified = Date.UTC(1985, 9, 26, 8, 15) / 1000
/** The same in MS-DOS's two words: years from 1980, two seconds. */
const dosDate = ((1985 - 1980) << 9) | (10 << 5) | 26
const dosTime = (8 << 11) | (15 << 5)

const mode = ({ executable = false }: Entry): number => (executable ? 0o755 : 0o644)

export function tarGz(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    tarHeader(entry),
    entry.content,
    Buffer.alloc(-entry.content.length & 511),
  ])
  return packed('gzip', Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function tarHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  header.write(entry.name, 0, 100)
  header.write(`${octal(mode(entry), 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  header.write(`${octal(entry.content.length, 11)}\0${octal(modified, 11)}\0`, 124)
  // While the sum is made, its own field is blanks.
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

export function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = packed('deflate', entry.content)
    const common = zipFields(entry, content.length, name.length)
    const local = Buffer.concat([words('PK\u0003\u0004'), common, name, content])
    // Made on Unix (3), so that the permissions count.
    const central = Buffer.concat([words('PK\u0001\u0002', 20 | (3 << 8)), common, Buffer.alloc(14)])
    central.writeUInt32LE(((0o100000 | mode(entry)) << 16) >>> 0, 38)
    central.writeUInt32LE(offset, 42)
    parts.push(local)
    directory.push(central, name)
    offset += local.length
  }
  const size = directory.reduce((total, part) => total + part.length, 0)
  const end = Buffer.concat([words('PK\u0005\u0006', 0, 0, entries.length, entries.length), Buffer.alloc(10)])
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

/** The 26 bytes that the header of a file and its line in the directory share. */
function zipFields(entry: Entry, packed: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(26)
  for (const [index, value] of [20, 0x800, 8, dosTime, dosDate].entries())
    fields.writeUInt16LE(value, 2 * index)
  fields.writeUInt32LE(crc32(entry.content), 10)
  fields.writeUInt32LE(packed, 14)
  fields.writeUInt32LE(entry.content.length, 18)
  fields.writeUInt16LE(nameLength, 22)
  return fields
}

function packed(form: 'gzip' | 'deflate', content: Uint8Array): Buffer {
  const program = join(root, 'scripts', 'bun-deflate.ts')
  return execFileSync(bun, [program, form], {
    input: content,
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1e9,
  })
}

function words(signature: string, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 + 2 * values.length)
  buffer.write(signature, 'latin1')
  for (const [index, value] of values.entries()) buffer.writeUInt16LE(value, 4 + 2 * index)
  return buffer
}
