import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { imageArchive, layer } from '../../lab/images/oci.ts'
import { tar } from '../../lab/images/tar.ts'

const list = (archive: Buffer): string[] =>
  execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', '-'], { input: archive })
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d /, ' ').replaceAll(/ +/g, ' '))

const extract = (archive: Buffer, path: string): Buffer =>
  execFileSync('tar', ['--extract', '--to-stdout', '--file', '-', path], { input: archive })

test('tar reads what is written: kinds, modes, sizes, owners', () => {
  const archive = tar([
    { path: 'tmp', kind: 'folder', mode: 0o1777 },
    { path: 'tmp/a', kind: 'file', data: Buffer.alloc(512, 'a'), mode: 0o644 },
    { path: 'b', kind: 'file', data: Buffer.from('héllo'), mode: 0o755 },
    { path: 'sh', kind: 'link', target: 'b' },
  ])
  expect(list(archive)).toEqual([
    'drwxrwxrwt 0/0 0 tmp',
    '-rw-r--r-- 0/0 512 tmp/a',
    '-rwxr-xr-x 0/0 6 b',
    'lrwxrwxrwx 0/0 0 sh -> b',
  ])
  expect(extract(archive, 'b').toString()).toBe('héllo')
})

test('a path that does not fit into a header is refused, not cut', () => {
  expect(() => tar([{ path: 'x'.repeat(101), kind: 'folder', mode: 0o755 }])).toThrow('too long')
})

test('a layer has each folder once, before its content, and the first file of a path', () => {
  const files = [
    { path: '/etc/passwd', data: Buffer.from('first') },
    { path: '/etc/group', data: Buffer.from('') },
    { path: '/etc/passwd', data: Buffer.from('second') },
    { path: '/bin/sh', link: 'busybox' },
  ]
  const content = layer(files)
  expect(list(content).map((line) => line.split(' ').slice(3).join(' '))).toEqual([
    'etc',
    'etc/passwd',
    'etc/group',
    'bin',
    'bin/sh -> busybox',
  ])
  expect(extract(content, 'etc/passwd').toString()).toBe('first')
})

test('an image archive names its image, and every digest and size in it is true', () => {
  const files = [{ path: '/a', data: Buffer.from('a') }]
  const archive = imageArchive('docker.io/lab/a:1', files, { Cmd: ['/a'] })
  const read = (path: string): Buffer => extract(archive, path)
  const blob = ({ digest, size }: { digest: string; size: number }): Buffer => {
    const data = read(`blobs/${digest.replace(':', '/')}`)
    expect(data.length).toBe(size)
    expect(`sha256:${createHash('sha256').update(data).digest('hex')}`).toBe(digest)
    return data
  }
  const [entry] = JSON.parse(read('index.json').toString()).manifests
  expect(entry.annotations).toEqual({ 'io.containerd.image.name': 'docker.io/lab/a:1' })
  const manifest = JSON.parse(blob(entry).toString())
  const config = JSON.parse(blob(manifest.config).toString())
  expect(config.config).toEqual({ Cmd: ['/a'] })
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest])
  expect(blob(manifest.layers[0])).toEqual(layer(files))
})

test('the same content makes the same archive', () => {
  const files = [{ path: '/a', data: Buffer.from('a') }]
  expect(imageArchive('a', files, {})).toEqual(imageArchive('a', files, {}))
})
