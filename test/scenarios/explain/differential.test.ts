import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseFile } from '../../../src/snapshot/files/text/document.ts'
import { chosen } from '../../differential/choose.ts'
import { judge } from '../../differential/compare.ts'
import { files, scalars, texts, unreadable } from '../../differential/yaml.ts'
import { readFiles } from '../../../src/snapshot/files/read.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { dist } from '../support/command.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('what is said of files is what the API server does', () => {
  scenario(
    'refusals agree on at least 99.5 % of changed objects',
    ['validation'],
    async () => {
      const judged = await judge(chosen(3000), {
        kubectl: join(site.kubectlFolder, 'kubectl'),
        kubeconfig: site.kubeconfig,
        executable: join(dist, 'kubectl-affinity'),
      })
      const differ = judged.filter(({ refusal, errors }) => (refusal === undefined) !== (errors.length === 0))
      const refused = judged.filter(({ refusal }) => refusal !== undefined)
      const agreed = judged.length - differ.length
      console.log(
        `files: agreed with the API server on ${agreed} of ${judged.length} objects (${((agreed / judged.length) * 100).toFixed(2)} %), ${refused.length} of them refused`,
      )
      expect(judged.length).toBeGreaterThan(2500)
      expect(refused.length).toBeGreaterThan(1000)
      expect(judged.length - refused.length).toBeGreaterThan(200)
      expect(differ.length / judged.length, JSON.stringify(differ, null, 1)).toBeLessThanOrEqual(0.005)
    },
    600_000,
  )

  const folder = temporaryFolder()
  let count = 0
  const byKubectl = async (text: string): Promise<unknown> => {
    const file = join(folder, `${(count += 1)}.yaml`)
    writeFileSync(file, text)
    const words = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', file]
    return (JSON.parse(await site.kubectl(words)) as { spec?: unknown }).spec
  }
  const byUs = (text: string): unknown => {
    const { objects, findings } = parseFile('x.yaml', text, true)
    expect(findings).toEqual([])
    return JSON.parse(JSON.stringify(objects[0]?.value['spec'] ?? {}))
  }
  const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n'

  test('scalars are read as kubectl reads them', async () => {
    const text = `${head}spec:\n${scalars.map((scalar, index) => `  v${index}: ${scalar}\n`).join('')}`
    expect(byUs(text)).toEqual(await byKubectl(text))
  })

  test.each(Object.entries(texts))('%s is read as kubectl reads it', async (_, body) => {
    const mark = body.startsWith('\uFEFF') || body.startsWith('---')
    const text = body.startsWith('{')
      ? body.replace('{', '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, ')
      : mark
        ? body.replace('spec:', `${head}spec:`)
        : head + body
    expect(byUs(text)).toEqual(await byKubectl(text))
  })

  const written = (content: string | Uint8Array): string => {
    const file = join(folder, `${(count += 1)}.yaml`)
    writeFileSync(file, content)
    return file
  }
  const create = (file: string): Promise<string> =>
    site.kubectl(['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', file])

  const sameObjects = async (content: string | Uint8Array): Promise<void> => {
    const file = written(content)
    const read = await Array.fromAsync(readFiles([file], false, (async function* () {})()))
    const { objects, findings } = parseFile(file, read[0]!.text, true)
    expect(findings).toEqual([])
    // kubectl prints one object after the other.
    const printed = JSON.parse(`[${(await create(file)).trim().replaceAll(/^\}\n\{/gm, '},{')}]`) as {
      items?: unknown[]
    }[]
    const theirs = printed.flatMap((one) => one.items ?? [one]) as { metadata: { name: string } }[]
    const mine = objects.map(({ value }) => value) as unknown as typeof theirs
    // kubectl adds to metadata and leaves out what is null.
    const brief = ({ metadata: { name }, ...rest }: (typeof theirs)[number]): unknown =>
      JSON.parse(JSON.stringify({ ...rest, name }, (_key, value: unknown) => value ?? undefined))
    expect(mine.map(brief)).toEqual(theirs.map(brief))
  }
  for (const [name, content] of Object.entries(files)) {
    // kubectl asks the API server for the kind.
    const needs = name.startsWith('Endpoints') ? (['Endpoints API'] as const) : []
    scenario(`${name}: the same objects as kubectl`, needs, () => sameObjects(content))
  }

  test.each(Object.entries(unreadable))('%s: unreadable for both', async (_, text) => {
    await expect(create(written(text))).rejects.toThrow()
    expect(parseFile('x.yaml', text, true).findings.map(({ code }) => code)).toEqual(['AFF-FILE-SYNTAX'])
  })
})
