import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { tar, type TarEntry } from './tar.ts'

/** A file of an image: content, or a symbolic link. Folders above it are made as needed. */
export type ImageFile = { path: string; data: Buffer; mode?: number } | { path: string; link: string }

/** The part of an image's configuration that a container runtime reads. */
export interface ImageConfig {
  User?: string
  Env?: string[]
  Entrypoint?: string[]
  Cmd?: string[]
  WorkingDir?: string
}

const sha256 = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const mediaType = (kind: string): string => `application/vnd.oci.image.${kind}`
const descriptor = (kind: string, data: Buffer): { mediaType: string; digest: string; size: number } => ({
  mediaType: mediaType(kind),
  digest: sha256(data),
  size: data.length,
})

/** An image's only layer: the first file of a path wins, and folders come before what is in them. */
export function layer(files: readonly ImageFile[]): Buffer {
  const entries = new Map<string, TarEntry>()
  for (const file of files) {
    const path = file.path.replace(/^\//, '')
    for (const folder of foldersAbove(path))
      if (!entries.has(folder))
        entries.set(folder, { path: folder, kind: 'folder', mode: folder === 'tmp' ? 0o1777 : 0o755 })
    if (entries.has(path)) continue
    entries.set(
      path,
      'link' in file
        ? { path, kind: 'link', target: file.link }
        : { path, kind: 'file', data: file.data, mode: file.mode ?? 0o755 },
    )
  }
  return tar([...entries.values()])
}

function foldersAbove(path: string): string[] {
  const parent = posix.dirname(path)
  return parent === '.' ? [] : [...foldersAbove(parent), parent]
}

const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

const file = (path: string, data: Buffer): TarEntry => ({ path, kind: 'file', data, mode: 0o644 })

/** Writes an OCI image archive that containerd imports under `name`. */
export function imageArchive(name: string, files: readonly ImageFile[], config: ImageConfig): Buffer {
  const content = layer(files)
  const configuration = json({
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [sha256(content)] },
  })
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaType('manifest.v1+json'),
    config: descriptor('config.v1+json', configuration),
    layers: [descriptor('layer.v1.tar', content)],
  })
  const index = json({
    schemaVersion: 2,
    manifests: [
      { ...descriptor('manifest.v1+json', manifest), annotations: { 'io.containerd.image.name': name } },
    ],
  })
  return tar([
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    file('index.json', index),
    ...[manifest, configuration, content].map((blob) =>
      file(`blobs/${sha256(blob).replace(':', '/')}`, blob),
    ),
  ])
}
