import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseFile } from '../../../../src/snapshot/files/text/document.ts'
import { readFiles, refusePatch } from '../../../../src/snapshot/files/read.ts'
import { temporaryFolder } from '../../../support/folder.ts'

const objectsOf = (text: string) => parseFile('a.yaml', text, true).objects.map(({ value }) => value)
const findingsOf = (text: string) =>
  parseFile('a.yaml', text, true).findings.map(({ code, message, position, mend }) => ({
    code,
    message,
    line: position?.line,
    mend,
  }))

describe('a text', () => {
  it('that is a template is called one, with the way to read it', () => {
    const template = 'apiVersion: v1\nkind: Service\nmetadata:\n  {{- include "labels" . | nindent 4 }}\n'
    expect(findingsOf(template)).toEqual([
      {
        code: 'AFF-FILE-SYNTAX',
        message: 'this is a template: {{ … }} is filled in before it is applied',
        line: 4,
        mend: ['helm template CHART | kubectl affinity explain -f -'],
      },
    ])
  })

  it('with a variable in a flow map is called a template', () => {
    expect(findingsOf('apiVersion: v1\nkind: Service\nmetadata: {name: ${NAME}}\n')).toMatchObject([
      { line: 3, mend: ['envsubst < a.yaml | kubectl affinity explain -f -'] },
    ])
  })

  it('that may be of Jinja is not called a chart of Helm', () => {
    expect(findingsOf('apiVersion: v1\nkind: Service\nmetadata: {{ meta | to_json }}\n')).toMatchObject([
      {
        message: 'this is a template: {{ … }} is filled in before it is applied',
        mend: ['fill it in, and give what comes of it to  kubectl affinity explain -f -'],
      },
    ])
  })

  it('with another mistake is called no template', () => {
    expect(findingsOf('a: "{{b').map(({ message }) => message)).not.toContainEqual(
      expect.stringContaining('template'),
    )
  })

  it('whose mistake is elsewhere is called no template for a value in braces', () => {
    const [finding] = findingsOf('a: "{{ x }}"\nb: [\n')
    expect(finding?.message).not.toContain('template')
  })

  it('has no number where Go finds none', () => {
    expect(objectsOf('{apiVersion: e0, kind: ., x: -., v: 1e400, z: .5e1}')).toEqual([
      { apiVersion: 'e0', kind: '.', x: '-.', v: '1e400', z: 5 },
    ])
  })

  it('with a map as a key is refused, as by kubectl', () => {
    expect(findingsOf('kind: Service\nspec: {{a: b}: c}\n')).toMatchObject([
      { code: 'AFF-FILE-SYNTAX', line: 2, message: 'a map or list cannot be a key' },
    ])
  })

  it.each([
    ['a map', 'spec: &s\n  x: *s\n'],
    ['a list', 'x:\n  ports: &s [{port: 80}, {a: *s}]\n'],
    ['a merge', 'metadata: &s\n  <<: *s\n'],
  ])('with an anchor that contains itself is refused, as by kubectl: %s', (_, text) => {
    expect(findingsOf(`kind: Service\n${text}`)).toMatchObject([
      { code: 'AFF-FILE-SYNTAX', message: 'the value of anchor s contains itself' },
    ])
  })

  it('may name an anchor anew in it, and mean that', () => {
    expect(objectsOf('kind: Service\nspec: &s\n  x: &s 1\n  z: *s\n')).toEqual([
      { kind: 'Service', spec: { x: 1, z: 1 } },
    ])
  })

  it('that is a ServiceList gives its kind to its items', () => {
    const list = { apiVersion: 'v1', kind: 'ServiceList', items: [{ metadata: { name: 'web' } }] }
    expect(objectsOf(JSON.stringify(list))).toEqual([
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    ])
  })

  it('that is a List leaves its items what they are', () => {
    const items = [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }]
    expect(objectsOf(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))).toEqual(items)
  })
})

describe('a file', () => {
  const folder = temporaryFolder()

  const read = async (name: string) =>
    await Array.fromAsync(readFiles([join(folder, name)], false, (async function* () {})()))

  it.each([
    ['utf16le', Buffer.from('\uFEFFkind: Größe\r\n', 'utf16le')],
    ['utf16be', Buffer.from('\uFEFFkind: Größe\r\n', 'utf16le').swap16()],
    ['utf8', Buffer.from('\uFEFFkind: Größe\r\n')],
  ])('in %s with a mark is read', async (name, bytes) => {
    await writeFile(join(folder, name), bytes)
    expect((await read(name)).map(({ text }) => text)).toEqual(['kind: Größe\r\n'])
  })

  it('is one of a list with commas, or of a pattern, and what has such a name is that', async () => {
    const at = (name: string): string => join(folder, name)
    for (const name of ['one.yml', 'two.yml', 'a,b.txt']) await writeFile(at(name), 'kind: Service\n')
    const named = async (word: string) =>
      (await Array.fromAsync(readFiles([word], false, (async function* () {})()))).map(({ name }) => name)
    expect(await named(`${at('two.yml')},${at('one.yml')}`)).toEqual([at('two.yml'), at('one.yml')])
    expect(await named(at('*.yml'))).toEqual([at('one.yml'), at('two.yml')])
    expect(await named(at('a,b.txt'))).toEqual([at('a,b.txt')])
    await expect(named(at('*.toml'))).rejects.toThrow(`the path "${at('*.toml')}" does not exist`)
  })

  it('that is a patch of a kustomization beside it is not taken for an object', async () => {
    await mkdir(join(folder, 'patched'), { recursive: true })
    await writeFile(
      join(folder, 'patched', 'kustomization.yaml'),
      'resources: [web.yaml]\npatches:\n- path: ./patch.yaml\n',
    )
    for (const name of ['web.yaml', 'patch.yaml'])
      await writeFile(join(folder, 'patched', name), 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n')
    const patch = join(folder, 'patched', 'patch.yaml')
    await expect(refusePatch(patch)).rejects.toThrow(`"${patch}" is a patch of a kustomization`)
    await refusePatch(join(folder, 'patched', 'web.yaml'))
  })

  it('in a kustomization is not taken for an object', async () => {
    await mkdir(join(folder, 'overlay'))
    await writeFile(join(folder, 'overlay', 'kustomization.yaml'), 'resources: [web.yaml]\n')
    await writeFile(join(folder, 'overlay', 'web.yaml'), 'kind: Service\n')
    await expect(read('overlay')).rejects.toMatchObject({
      message: `"${join(folder, 'overlay')}" is a kustomization: its files are parts of objects, and patches`,
      hints: [
        `explain what comes of it:  kubectl affinity explain -k ${join(folder, 'overlay')}`,
        `or:  kubectl kustomize ${join(folder, 'overlay')} | kubectl affinity explain -f -`,
      ],
    })
  })
})
