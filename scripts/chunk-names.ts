import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `text-k3w9x1aq.js`, as Bun names a part of a bundle. */
const chunkName = /^(.+)-([a-z0-9]{8})\.js$/

/**
 * Renames the parts of a bundle by what is in them. Bun's names hold a hash of the folder that was built in, too, so
 * that the same sources would give another package on each machine.
 */
export function nameChunksByContent(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const chunks = files.filter((name) => chunkName.test(name))
  const anyChunk = new RegExp(chunks.map((name) => name.replaceAll('.', String.raw`\.`)).join('|'), 'g')
  const contents = new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const renamed = new Map<string, string>()
  for (const chunk of chunks) {
    // Without the names of others, which are what is wanted.
    const own = contents.get(chunk)?.replaceAll(anyChunk, (name) => name.replace(chunkName, '$1')) ?? ''
    const hash = createHash('sha256').update(own).digest('hex').slice(0, 8)
    const name = chunk.replace(chunkName, `$1-${hash}.js`)
    if ([...renamed.values()].includes(name)) throw new Error(`two parts of the bundle are the same: ${name}`)
    renamed.set(chunk, name)
  }
  for (const [name, content] of contents) {
    writeFileSync(
      join(folder, name),
      content.replaceAll(anyChunk, (chunk) => renamed.get(chunk) ?? chunk),
    )
    renameSync(join(folder, name), join(folder, renamed.get(name) ?? name))
  }
}
