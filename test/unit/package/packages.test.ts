import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { root } from '../../../scripts/bundle.ts'
import { packagesOf } from '../../../scripts/package/packages.ts'

const source = (path: string, ...imports: string[]): { path: string; imports: string[] } => ({
  path,
  imports,
})

test('packages are those of the sources, each with the ones that it imports', () => {
  const { packages, direct } = packagesOf([
    source(
      'src/program.ts',
      'src/other.ts',
      'node_modules/yaml/dist/index.js',
      'node_modules/chalk/index.js',
    ),
    source('node_modules/yaml/dist/index.js', 'node_modules/yaml/dist/doc.js', 'node_modules/ora/index.js'),
    source('node_modules/ora/index.js', 'node:fs'),
  ])
  // What was imported and left out is not there.
  expect(direct).toStrictEqual(['node_modules/yaml'])
  expect(packages.map(({ folder, imports }) => ({ folder, imports }))).toStrictEqual([
    { folder: 'node_modules/ora', imports: [] },
    { folder: 'node_modules/yaml', imports: ['node_modules/ora'] },
  ])
  expect(packages[1]).toMatchObject({
    name: 'yaml',
    licence: 'ISC',
    integrity: expect.stringMatching(/^sha512-/),
  })
  expect(packages[1]?.notices.join('')).toContain('Eemeli Aro')
})

const folder = join(root, 'dist', 'test', 'node_modules', 'nobody')

afterEach(() => {
  rmSync(join(root, 'dist', 'test'), { recursive: true, force: true })
})

test('a package without the text of its licence cannot be given away', () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"nobody","version":"1.0.0","license":"MIT"}')
  expect(() => packagesOf([source('dist/test/node_modules/nobody/index.js')])).toThrow(
    'nobody-1.0.0 comes without the text of its licence',
  )
})

test('a package that names no licence cannot be given away', () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"nobody","version":"1.0.0"}')
  expect(() => packagesOf([source('dist/test/node_modules/nobody/index.js')])).toThrow(
    'dist/test/node_modules/nobody names no licence',
  )
})
