import { describe, expect, test } from 'vitest'
import { signAdHoc, signatureProblems } from '../../../scripts/package/macho.ts'

/** The least that looks like an executable: a header, two segments, a place for a signature, and some pages. */
function machO(content = 10_000): Buffer {
  const file = Buffer.alloc(32 + 2 * 72 + 16 + content, 7)
  file.fill(0, 0, 32 + 2 * 72 + 16)
  file.writeUInt32LE(0xfeedfacf, 0)
  file.writeUInt32LE(3, 16)
  for (const [index, name] of ['__TEXT', '__LINKEDIT'].entries()) {
    const at = 32 + 72 * index
    file.writeUInt32LE(0x19, at)
    file.writeUInt32LE(72, at + 4)
    file.write(name, at + 8)
    file.writeBigUInt64LE(index === 0 ? 0n : 4096n, at + 40)
    file.writeBigUInt64LE(4096n, at + 48)
  }
  const command = 32 + 2 * 72
  for (const [index, word] of [0x1d, 16, file.length - 100, 100].entries())
    file.writeUInt32LE(word, command + 4 * index)
  return file
}

describe('ad-hoc signatures of macOS executables', () => {
  test('there is none at first', () => {
    expect(signatureProblems(machO())).toStrictEqual(['there is no signature'])
  })

  test('covers every page, and every change shows', () => {
    const signed = signAdHoc(machO(), 'kubectl-affinity')
    expect(signatureProblems(signed)).toStrictEqual([])
    for (const position of [24, 5000, 9900]) {
      const changed = Buffer.from(signed)
      changed[position]! ^= 1
      expect(signatureProblems(changed)).toStrictEqual([expect.stringMatching(/^1 of 3 pages are not what/)])
    }
  })

  test('is the end of the file and of its last segment', () => {
    const signed = signAdHoc(machO(), 'kubectl-affinity')
    expect(signatureProblems(Buffer.concat([signed, Buffer.alloc(1)]))).toStrictEqual([
      'the signature is not the end of the file',
    ])
    const linkedit = 32 + 72
    expect(signed.readBigUInt64LE(linkedit + 40) + signed.readBigUInt64LE(linkedit + 48)).toBe(
      BigInt(signed.length),
    )
    expect(signed.readBigUInt64LE(linkedit + 32) % 0x4000n).toBe(0n)
  })

  test('is the same when it is made again', () => {
    const signed = signAdHoc(machO(), 'kubectl-affinity')
    expect(signAdHoc(signed, 'kubectl-affinity').equals(signed)).toBe(true)
  })

  test('refuses what is no such file', () => {
    expect(() => signatureProblems(Buffer.alloc(64))).toThrow('not a 64-bit Mach-O file')
  })
})
