import { beforeAll, expect } from 'vitest'
import { service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('a node that takes no pods', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  scenario('is what the probe waited for', ['real scheduling'], async () => {
    const [node] = site.nodes
    await site.kubectl(['cordon', node!])
    try {
      const ended = await place.probe(['web', '--node', node!, '--pod-running-timeout', '3s'])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(/did not start within 3s: waiting for a node: .*unschedulable/)
    } finally {
      await site.kubectl(['uncordon', node!])
    }
  })

  scenario('Ctrl-C while the pod waits for it', ['real scheduling'], async () => {
    const [node] = site.nodes
    await site.kubectl(['cordon', node!])
    try {
      const running = place.startProbe(['web', '--node', node!])
      await running.printed(/waiting for a node/)
      running.kill('SIGINT')
      const ended = await running.ended
      expectExit(ended, 130)
      expect(ended.stdout).toBe('')
      expect(ended.stderr).not.toMatch(/error|Warning/)
    } finally {
      await site.kubectl(['uncordon', node!])
    }
  })

  scenario('is left out of one client for each node, and named', ['several nodes'], async () => {
    const [node = ''] = site.nodes
    await site.kubectl(['cordon', node])
    try {
      const ended = await place.probe(['web', '--spread', 'nodes', '-o', 'json'])
      const { status } = surveyOf(ended)
      expect(status.clients.map((client) => client.node)).not.toContain(node)
      expect(status.notes.join('\n')).toContain(`no client runs on ${node}: cordoned`)
    } finally {
      await site.kubectl(['uncordon', node])
    }
  })
})
