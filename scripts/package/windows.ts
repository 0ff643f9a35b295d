/**
 * What Windows shows of a program: its name, its version and its icon. Bun writes its own ones when it compiles for Windows on
 * another platform, whatever it is asked for, so they are replaced where they are: a resource is data with an entry that
 * says where it is and how long, and the place of Bun's icon has room for all that is new. The layouts are those of Microsoft's "PE Format",
 * VS_VERSIONINFO and GRPICONDIR.
 */
const types = { icon: 3, iconGroup: 14, version: 16 }
const resourceDirectory = 2

export interface ProgramInfo {
  name: string
  /** MAJOR.MINOR.PATCH, and what may follow. */
  version: string
  description: string
  licence: string
  homepage: string
  /** A square PNG. */
  icon: { png: Buffer; side: number }
}

interface Resource {
  /** Where in the file its entry is, and its data. */
  entry: number
  offset: number
  /** Where its data is in memory, from the start of the program. */
  address: number
  size: number
}

/** The program with this information instead of Bun's. */
export function withProgramInfo(program: Buffer, info: ProgramInfo): Buffer {
  const { png, side } = info.icon
  const file = Buffer.from(program)
  const group = Buffer.from(contentOf(file, types.iconGroup))
  if (group.readUInt16LE(4) !== 1) throw new Error('Bun has more than one icon')
  // A side of 256 is written as 0; no palette, one plane, 32 bits; the number of the icon follows.
  group.set([side % 256, side % 256, 0, 0], 6)
  group.writeUInt16LE(1, 10)
  group.writeUInt16LE(32, 12)
  group.writeUInt32LE(png.length, 14)
  replace(file, {
    // The first has the most room, which the others share.
    [types.icon]: png,
    [types.iconGroup]: group,
    [types.version]: versionInfo(info),
  })
  writeChecksum(file)
  return file
}

/** The texts of the version resource. */
export function versionTexts(program: Buffer): Record<string, string> {
  const text = contentOf(program, types.version).toString('utf16le')
  const names = Object.keys(textsOf({ name: '', version: '', description: '', licence: '', homepage: '' }))
  return Object.fromEntries(
    names.map((name) => {
      const at = text.indexOf(`${name}\0`)
      return [name, at < 0 ? '' : (/^\0+([^\0]*)/.exec(text.slice(at + name.length))?.[1] ?? '')]
    }),
  )
}

/** The icon, as it is in the file. */
export function iconOf(program: Buffer): Buffer {
  return contentOf(program, types.icon)
}

const textsOf = ({ name, version, description, licence, homepage }: Omit<ProgramInfo, 'icon'>) => ({
  CompanyName: name,
  FileDescription: description,
  FileVersion: version,
  InternalName: name,
  LegalCopyright: `${licence}, ${homepage}`,
  OriginalFilename: `${name}.exe`,
  ProductName: name,
  ProductVersion: version,
})

const align4 = (buffer: Buffer): Buffer => Buffer.concat([buffer, Buffer.alloc(-buffer.length & 3)])

/** A block of VS_VERSIONINFO: its length, that of its value, its type, its key, its value, its children. */
function block(key: string, value: Buffer | string, children: readonly Buffer[] = []): Buffer {
  const isText = typeof value === 'string'
  const bytes = isText ? Buffer.from(value === '' ? '' : `${value}\0`, 'utf16le') : value
  const header = Buffer.alloc(6)
  header.writeUInt16LE(isText ? bytes.length / 2 : bytes.length, 2)
  header.writeUInt16LE(isText ? 1 : 0, 4)
  const head = align4(Buffer.concat([header, Buffer.from(`${key}\0`, 'utf16le')]))
  const whole = Buffer.concat([
    head,
    ...(children.length > 0 ? [align4(bytes), ...children.map(align4)] : [bytes]),
  ])
  whole.writeUInt16LE(whole.length, 0)
  return whole
}

function versionInfo(info: ProgramInfo): Buffer {
  const [major = 0, minor = 0, patch = 0] = info.version.split(/[.+-]/, 3).map(Number)
  const words = [(major << 16) | minor, patch << 16]
  const fixed = Buffer.alloc(52)
  // Signature and version of the structure, the version of the file and of the product, for Windows NT, a program.
  for (const [index, word] of [0xfeef04bd, 0x10000, ...words, ...words, 0x3f, 0, 0x40004, 1].entries())
    fixed.writeUInt32LE(word, 4 * index)
  const texts = Object.entries(textsOf(info)).map(([key, value]) => block(key, value))
  // American English, in Unicode.
  const strings = block('StringFileInfo', '', [block('040904b0', '', texts)])
  const translation = Buffer.from([0x09, 0x04, 0xb0, 0x04])
  return block('VS_VERSION_INFO', fixed, [
    strings,
    block('VarFileInfo', '', [block('Translation', translation)]),
  ])
}

/** Writes resources one after the other to where the first was, and says so in their entries. */
function replace(file: Buffer, contents: Readonly<Record<number, Buffer>>): void {
  const resources = Object.entries(contents).map(([type, content]) => ({
    ...resourceOf(file, Number(type)),
    content,
  }))
  const [room] = resources
  if (room === undefined) return
  for (const { offset, size } of resources) file.fill(0, offset, offset + size)
  let used = 0
  for (const { entry, content } of resources) {
    content.copy(file, room.offset + used)
    file.writeUInt32LE(room.address + used, entry)
    file.writeUInt32LE(content.length, entry + 4)
    used += Math.ceil(content.length / 8) * 8
  }
  if (used > room.size) throw new Error(`the resources need ${used} bytes, and Bun's icon has ${room.size}`)
}

function contentOf(file: Buffer, type: number): Buffer {
  const { offset, size } = resourceOf(file, type)
  return file.subarray(offset, offset + size)
}

/** The one resource of a type, in whichever language. */
function resourceOf(file: Buffer, type: number): Resource {
  const { offsetOf, resources } = layoutOf(file)
  const entries = (at: number): [number, number][] => {
    const count = file.readUInt16LE(at + 12) + file.readUInt16LE(at + 14)
    return Array.from({ length: count }, (_, index) => [
      file.readUInt32LE(at + 16 + 8 * index),
      resources + (file.readUInt32LE(at + 20 + 8 * index) & 0x7fff_ffff),
    ])
  }
  const ofType = entries(resources).find(([id]) => id === type)
  if (ofType === undefined) throw new Error(`the program has no resource of type ${type}`)
  const [name, ...others] = entries(ofType[1])
  const [language] = name === undefined ? [] : entries(name[1])
  if (language === undefined || others.length > 0) throw new Error(`not one resource of type ${type}`)
  const [, entry] = language
  const address = file.readUInt32LE(entry)
  return { entry, address, offset: offsetOf(address), size: file.readUInt32LE(entry + 4) }
}

/** The place of the header, of the resources, and of what has an address. */
function layoutOf(file: Buffer): {
  header: number
  resources: number
  offsetOf: (address: number) => number
} {
  const header = file.readUInt32LE(0x3c)
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error('not a program for Windows')
  const optional = header + 24
  const sections = optional + file.readUInt16LE(header + 20)
  const offsetOf = (address: number): number => {
    for (let at = sections; at < sections + 40 * file.readUInt16LE(header + 6); at += 40) {
      const start = file.readUInt32LE(at + 12)
      if (address >= start && address < start + file.readUInt32LE(at + 16))
        return address - start + file.readUInt32LE(at + 20)
    }
    throw new Error(`no section has the address ${address}`)
  }
  const resources = offsetOf(file.readUInt32LE(optional + 112 + 8 * resourceDirectory))
  return { header, resources, offsetOf }
}

/** The sum of the file's words with carry, without its own place, and the length of the file. */
function writeChecksum(file: Buffer): void {
  const place = layoutOf(file).header + 24 + 64
  file.writeUInt32LE(0, place)
  let sum = 0
  for (let at = 0; at < file.length; at += 2) {
    sum += at + 1 < file.length ? file.readUInt16LE(at) : (file[at] ?? 0)
    if (sum > 0xffff) sum = (sum & 0xffff) + 1
  }
  file.writeUInt32LE(sum + file.length, place)
}
