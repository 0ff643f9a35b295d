/**
 * A short name for a text: 64 bits in hexadecimal (two rounds of FNV-1a with different starts). Texts are told apart
 * by it, nothing is protected by it.
 */
export function digest(text: string): string {
  let one = 0x811c9dc5
  let two = 0x9747b28c
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, 0x01000193)
    two = Math.imul(two ^ unit, 0x85ebca6b)
    two ^= two >>> 13
  }
  return hex(one) + hex(two)
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
