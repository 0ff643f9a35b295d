import { crc32, deflateSync } from 'node:zlib'

const side = 256
const blue = [0x32, 0x6c, 0xe5, 0xff]
const white = [0xff, 0xff, 0xff, 0xff]
const pale = [0xff, 0xff, 0xff, 0x66]
const clear = [0, 0, 0, 0]

/** The icon of the program: three pods, and a client that stays on one of them. */
export function programIcon(): { png: Buffer; side: number } {
  const rows = Array.from({ length: side }, (_, y) => [
    0,
    ...Array.from({ length: side }, (_, x) => pixel(x, y)).flat(),
  ])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // 8 bits of red, green, blue and opacity.
  header.set([8, 6, 0, 0, 0], 8)
  const parts = [
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return { png: Buffer.concat(parts), side }
}

function pixel(x: number, y: number): number[] {
  const isIn = (centreX: number, centreY: number, radius: number): boolean =>
    Math.hypot(x + 0.5 - centreX, y + 0.5 - centreY) < radius
  if (isIn(60, 128, 30) || isIn(190, 60, 30) || onLine(x, y)) return white
  if (isIn(190, 128, 26) || isIn(190, 196, 26)) return mix(pale)
  return isCorner(x, y) ? clear : blue
}

/** From the client to the first of the pods. */
function onLine(x: number, y: number): boolean {
  const along = (x - 60) / (190 - 60)
  return along > 0 && along < 1 && Math.abs(y - (128 + along * (60 - 128))) < 8
}

/** Outside of a square whose corners are round. */
function isCorner(x: number, y: number): boolean {
  const radius = 40
  const beyond = (at: number): number => Math.max(radius - at - 0.5, at + 0.5 - (side - radius), 0)
  return Math.hypot(beyond(x), beyond(y)) > radius
}

function mix([red = 0, green = 0, below = 0, opacity = 0]: readonly number[]): number[] {
  const over = [red, green, below].map((value, index) =>
    Math.round((value * opacity + (blue[index] ?? 0) * (255 - opacity)) / 255),
  )
  return [...over, 255]
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(content.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}
