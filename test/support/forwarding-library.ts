/** Where its one section is, in memory and in the file. */
const sectionAddress = 0x1000
const sectionOffset = 0x200

/**
 * A Windows library for x64 whose one function is one of another library: a PE file without any code, with a directory of
 * exports only. The layout is that of Microsoft's "PE Format".
 */
export function forwardingLibrary(name: string, exported: string, target: string): Buffer {
  const section = exportDirectory(name, exported, target)
  const file = Buffer.alloc(sectionOffset + 0x200)
  file.write('MZ')
  file.writeUInt32LE(0x40, 0x3c)
  file.write('PE\0\0', 0x40)
  // The file's header: x64, one section; executable, large addresses, a library.
  file.writeUInt16LE(0x8664, 0x44)
  file.writeUInt16LE(1, 0x46)
  file.writeUInt16LE(240, 0x54)
  file.writeUInt16LE(0x2022, 0x56)
  optionalHeader(section.length).copy(file, 0x58)
  const header = 0x58 + 240
  file.write('.edata', header)
  const places = [section.length, sectionAddress, 0x200, sectionOffset]
  for (const [index, place] of places.entries()) file.writeUInt32LE(place, header + 8 + 4 * index)
  // Initialised data that can be read.
  file.writeUInt32LE(0x4000_0040, header + 36)
  section.copy(file, sectionOffset)
  return file
}

function optionalHeader(exportsSize: number): Buffer {
  const header = Buffer.alloc(240)
  header.writeUInt16LE(0x20b, 0)
  header.writeBigUInt64LE(0x1_8000_0000n, 24)
  header.writeUInt32LE(0x1000, 32)
  header.writeUInt32LE(0x200, 36)
  // Versions of the operating system and of the subsystem.
  header.writeUInt16LE(6, 40)
  header.writeUInt16LE(6, 48)
  // The size of the image and of the headers; for the console; relocation and no execution of data.
  header.writeUInt32LE(2 * sectionAddress, 56)
  header.writeUInt32LE(sectionOffset, 60)
  header.writeUInt16LE(3, 68)
  header.writeUInt16LE(0x140, 70)
  header.writeUInt32LE(16, 108)
  header.writeUInt32LE(sectionAddress, 112)
  header.writeUInt32LE(exportsSize, 116)
  return header
}

function exportDirectory(name: string, exported: string, target: string): Buffer {
  const tables = Buffer.alloc(50)
  const texts = [name, exported, target].map((text) => Buffer.from(`${text}\0`, 'latin1'))
  const address = (index: number): number =>
    sectionAddress + texts.slice(0, index).reduce((total, text) => total + text.length, tables.length)
  const [nameAt, exportedAt, targetAt] = [address(0), address(1), address(2)]
  const directory = [0, 0, 0, nameAt, 1, 1, 1, sectionAddress + 40, sectionAddress + 44, sectionAddress + 48]
  // An address within the directory is the name of another function. The last two bytes are the number of the first one, 0.
  for (const [index, word] of [...directory, targetAt, exportedAt].entries())
    tables.writeUInt32LE(word, 4 * index)
  return Buffer.concat([tables, ...texts])
}
