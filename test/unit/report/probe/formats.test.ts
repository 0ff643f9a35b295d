import { describe, expect, it } from 'vitest'
import { readFormat } from '../../../../src/cli/flags/values.ts'
import { probeFormats, renderProbe } from '../../../../src/report/probe/render.ts'
import { createStyle } from '../../../../src/report/terminal.ts'
import { buildResult, podName } from './build-result.ts'

const options = { style: createStyle({ isTTY: false, env: {} }), width: 80, next: [] }

describe('-o', () => {
  it('knows its formats, and says so in kubectl’s words', () => {
    for (const format of ['json', 'name', 'text', 'wide', 'yaml'])
      expect(readFormat(format, probeFormats)).toBe(format)
    expect(() => readFormat('jsno', probeFormats)).toThrow(
      'unable to match a printer suitable for the output format "jsno", allowed formats are: json,name,text,wide,yaml',
    )
  })

  it('name lists the pods that answered, most hits first, and nothing that is no pod', async () => {
    const result = buildResult('ABBBCC')
    const [first] = result.backends
    if (first !== undefined) first.backend = { letter: 'A', kind: 'address', name: '192.0.2.1' }
    expect(await renderProbe(result, 'name', options)).toBe(`pod/${podName(1)}\npod/${podName(2)}\n`)
    expect(await renderProbe(buildResult('xx'), 'name', options)).toBe('')
  })

  it('json keeps what the text has to escape: JSON has escapes of its own', async () => {
    const result = buildResult('AB', { notes: ['\u001B[31m'] })
    const json = await renderProbe(result, 'json', options)
    expect(json).not.toContain('\u001B')
    expect(JSON.parse(json)).toMatchObject({ status: { notes: ['\u001B[31m'] } })
  })

  it('yaml quotes dates, as older parsers would not leave them text', async () => {
    expect(await renderProbe(buildResult('AB'), 'yaml', options)).toContain(
      'creationTimestamp: "2026-01-02T03:04:05Z"',
    )
  })
})
