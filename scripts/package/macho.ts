import { createHash } from 'node:crypto'

/**
 * Code signatures of macOS executables, as far as they can be made and checked without a Mac. Apple's processors start
 * nothing without one whose page hashes fit; ad hoc means that it names no developer. The layouts are those of
 * <mach-o/loader.h> and <kern/cs_blobs.h>: the Mach-O header is little endian, the signature big endian.
 */
const magic64 = 0xfeedfacf
const loadCommands = { segment64: 0x19, codeSignature: 0x1d, buildVersion: 0x32 }
const magics = { superBlob: 0xfade0cc0, codeDirectory: 0xfade0c02 }
const slotCodeDirectory = 0
const flags = { adhoc: 0x2, linkerSigned: 0x20000 }
const executableMainBinary = 1
const sha256 = 2
const pageBits = 12
const pageSize = 1 << pageBits
const hashSize = 32
/** Length of a code directory of version 0x20400, which knows the executable segment. */
const directorySize = 88

interface Layout {
  /** Where in the file the command is, and the data that it points to. */
  signature: { command: number; offset: number; size: number }
  linkedit: { command: number; offset: number }
  text: { offset: number; size: number }
  /** Three numbers in four bytes. */
  oldestSystem?: number
}

function layoutOf(file: Buffer): Layout {
  if (file.readUInt32LE(0) !== magic64) throw new Error('not a 64-bit Mach-O file')
  const found: Partial<Layout> = {}
  let at = 32
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const kind = file.readUInt32LE(at)
    if (kind === loadCommands.codeSignature) {
      found.signature = { command: at, offset: file.readUInt32LE(at + 8), size: file.readUInt32LE(at + 12) }
    }
    if (kind === loadCommands.buildVersion) found.oldestSystem = file.readUInt32LE(at + 12)
    if (kind === loadCommands.segment64) {
      const name = file.toString('latin1', at + 8, at + 24).replace(/\0+$/, '')
      const offset = Number(file.readBigUInt64LE(at + 40))
      if (name === '__LINKEDIT') found.linkedit = { command: at, offset }
      if (name === '__TEXT') found.text = { offset, size: Number(file.readBigUInt64LE(at + 48)) }
    }
    at += file.readUInt32LE(at + 4)
  }
  const { signature, linkedit, text, ...rest } = found
  if (signature === undefined || linkedit === undefined || text === undefined)
    throw new Error('the Mach-O file has no room for a signature')
  return { signature, linkedit, text, ...rest }
}

/** What is wrong with the signature of a Mach-O file; empty when every page is as it was signed, ad hoc. */
export function signatureProblems(file: Buffer): string[] {
  const { signature } = layoutOf(file)
  const { offset, size } = signature
  if (offset + size !== file.length) return ['the signature is not the end of the file']
  if (file.readUInt32BE(offset) !== magics.superBlob) return ['there is no signature']
  if (file.readUInt32BE(offset + 4) > size) return ['the signature is longer than its place']
  const directory = codeDirectory(file, offset)
  if (directory === undefined) return ['the signature has no code directory']
  return directoryProblems(file, offset, directory)
}

/** The name of the program that the signature is of. */
export function signedName(file: Buffer): string | undefined {
  const at = codeDirectory(file, layoutOf(file).signature.offset)
  if (at === undefined) return undefined
  const start = at + file.readUInt32BE(at + 20)
  return file.toString('latin1', start, file.indexOf(0, start))
}

/** The oldest macOS that starts the file: "13.0". */
export function oldestMacOs(file: Buffer): string | undefined {
  const { oldestSystem: version } = layoutOf(file)
  return version === undefined ? undefined : `${version >>> 16}.${(version >>> 8) & 0xff}`
}

function codeDirectory(file: Buffer, offset: number): number | undefined {
  for (let index = 0; index < file.readUInt32BE(offset + 8); index++) {
    const entry = offset + 12 + 8 * index
    const blob = offset + file.readUInt32BE(entry + 4)
    if (file.readUInt32BE(entry) === slotCodeDirectory && file.readUInt32BE(blob) === magics.codeDirectory)
      return blob
  }
  return undefined
}

function directoryProblems(file: Buffer, limit: number, at: number): string[] {
  const problems: string[] = []
  if ((file.readUInt32BE(at + 12) & flags.adhoc) === 0) problems.push('it is the signature of somebody else')
  if (file.readUInt32BE(at + 32) !== limit) problems.push('the signature does not cover the whole file')
  if (file[at + 36] !== hashSize || file[at + 37] !== sha256)
    return [...problems, 'the hashes are not SHA-256']
  const size = 1 << (file[at + 39] ?? 0)
  const count = file.readUInt32BE(at + 28)
  if (count !== Math.ceil(limit / size)) problems.push('there is not one hash for each page')
  const hashes = at + file.readUInt32BE(at + 16)
  let wrong = 0
  for (let page = 0; page < count; page++) {
    const actual = hashOf(file.subarray(page * size, Math.min((page + 1) * size, limit)))
    if (!actual.equals(file.subarray(hashes + page * hashSize, hashes + (page + 1) * hashSize))) wrong += 1
  }
  if (wrong > 0) problems.push(`${wrong} of ${count} pages are not what was signed`)
  return problems
}

/** The file with an ad-hoc signature in the place of the one it has, as Apple's linker writes it. */
export function signAdHoc(file: Buffer, identifier: string): Buffer {
  const { signature, linkedit, text } = layoutOf(file)
  const limit = signature.offset
  const pages = Math.ceil(limit / pageSize)
  const name = Buffer.from(`${identifier}\0`, 'latin1')
  const hashes = directorySize + name.length
  const length = hashes + pages * hashSize
  const blobStart = 20
  const size = Math.ceil((blobStart + length) / 16) * 16

  const signed = Buffer.alloc(limit + size)
  file.copy(signed, 0, 0, limit)
  signed.writeUInt32LE(size, signature.command + 12)
  const linkeditSize = limit + size - linkedit.offset
  // In memory a segment is whole pages, of Apple's processors where they are larger.
  signed.writeBigUInt64LE(BigInt(Math.ceil(linkeditSize / 0x4000) * 0x4000), linkedit.command + 32)
  signed.writeBigUInt64LE(BigInt(linkeditSize), linkedit.command + 48)

  const header = [magics.superBlob, blobStart + length, 1, slotCodeDirectory, blobStart]
  for (const [index, word] of header.entries()) signed.writeUInt32BE(word, limit + 4 * index)
  const at = limit + blobStart
  const words = [magics.codeDirectory, length, 0x20400, flags.adhoc | flags.linkerSigned]
  const places = [hashes, directorySize, 0, pages, limit]
  for (const [index, word] of [...words, ...places].entries()) signed.writeUInt32BE(word, at + 4 * index)
  signed.set([hashSize, sha256, 0, pageBits], at + 36)
  signed.writeBigUInt64BE(BigInt(text.offset), at + 64)
  signed.writeBigUInt64BE(BigInt(text.size), at + 72)
  signed.writeBigUInt64BE(BigInt(executableMainBinary), at + 80)
  name.copy(signed, at + directorySize)
  // Last, as the pages hold the commands that were changed above.
  for (let page = 0; page < pages; page++) {
    const content = signed.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit))
    hashOf(content).copy(signed, at + hashes + page * hashSize)
  }
  return signed
}

function hashOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest()
}
