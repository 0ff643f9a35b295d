import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../support/command.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

const cases = join(import.meta.dirname, '..', '..', 'cases', 'services')

/** Each in a sandbox of its own: they change what serves a whole cluster. */
describeOnce('who decides, in clusters of another kind', () => {
  const inSandbox = async (script: string): Promise<{ code: number | null; text: string }> => {
    const { code, stdout, stderr } = await run(site, ['sandbox', '--', 'sh', '-ec', script])
    return { code, text: `${stdout}${stderr}`.replaceAll(/\s+/g, ' ') }
  }
  const nodePort = `kubectl patch service sample-clusterip -p '{"spec":{"type":"NodePort","sessionAffinity":"ClientIP"}}'`
  const explain = 'kubectl affinity explain svc/sample-clusterip'

  test('Cilium beside kube-proxy: inside it decides, and heeds no affinity; node ports are kube-proxy’s', async () => {
    const file = join(cases, '29-cilium-beside-cilium.yaml')
    const { code, text } = await inSandbox(`kubectl apply -f ${file}; ${nodePort}; ${explain}`)
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/inside \S+ ── Cilium ── no affinity ─+► pods decides/),
    ])
    expect(text).toMatch(/outside <node>:\d+ ── kube-proxy nftables ── client IP 3h ─+► pods decides/)
    expect(text).toContain('AFF-PROXY-AFFINITY-OFF')
    expect(text).toContain('enable-session-affinity is "false" in Cilium 1.16.1')
  })

  test('Cilium whose version has affinity always on', async () => {
    const newer = `sed 's/:v1.16.1/:v1.20.2/; /enable-session-affinity/d' ${join(cases, '29-cilium-beside-cilium.yaml')}`
    const { code, text } = await inSandbox(`${newer} | kubectl apply -f -; ${nodePort}; ${explain}`)
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/inside \S+ ── Cilium, per node ── client IP 3h ─+► pods decides/),
    ])
    expect(text).not.toContain('AFF-PROXY-AFFINITY-OFF')
  })

  test('Cilium by Maglev and DSR: the same pod through all nodes, which sees the client', async () => {
    const file = join(cases, '29-cilium-beside-cilium.yaml')
    const whole = `sed 's/kube-proxy-replacement:.*/kube-proxy-replacement: "true"\\n  bpf-lb-algorithm: maglev\\n  bpf-lb-mode: dsr/' ${file}`
    const { code, text } = await inSandbox(`${whole} | kubectl apply -f -; ${nodePort}; ${explain}`)
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(
        /outside <node>:\d+ ── Cilium, per node ── client IP 3h ─+► pods decides └ pods see the client's address/,
      ),
    ])
    expect(text).toContain('AFF-PROXY-CILIUM-MAGLEV')
    expect(text).not.toMatch(/AFF-SVC-(NODEPORT-MASQUERADED|PER-NODE-TABLES)/)
  })

  test('IPVS deals pods out in turn: several clients on one node are not dealt the same ones', async () => {
    const probe = 'kubectl affinity probe svc/sample-clusterip --clients 3 --node node1 --rate 4'
    const { code, stdout } = await run(site, ['sandbox', '--proxy', 'ipvs', '--', ...probe.split(' ')])
    expect([code, stdout]).toEqual([0, expect.stringContaining('SPREAD as configured   3 clients')])
  })

  test('nobody known: no timer is asserted', async () => {
    const { code, text } = await inSandbox(
      `kubectl delete daemonset,configmap kube-proxy -n kube-system; ${nodePort}; ${explain}`,
    )
    expect([code, text]).toEqual([
      0,
      expect.stringContaining('from when that counts is up to the Service proxy'),
    ])
    expect(text).toMatch(/inside \S+ ── Service proxy ── client IP 3h ─+► pods decides/)
    expect(text).not.toContain('until')
  })

  test('a load balancer whose controller refuses ClientIP: enable asks to be forced before it breaks it', async () => {
    const refusing = `kubectl annotate service sample-clusterip service.beta.kubernetes.io/aws-load-balancer-type=nlb
      kubectl patch service sample-clusterip -p '{"spec":{"type":"LoadBalancer"}}'`
    const enable = 'kubectl affinity enable svc/sample-clusterip --timeout 30m'
    const refused = await inSandbox(`${refusing}; ${enable}`)
    expect(refused.code).toBe(1)
    expect(refused.text).toMatch(/AWS Network Load Balancer/)
    expect(refused.text).toContain('--force')
    const forced = await inSandbox(`${refusing}; ${enable} --force; ${explain}`)
    expect([forced.code, forced.text]).toEqual([0, expect.stringContaining('AFF-SVC-LB-REFUSED')])
  })

  test('a load balancer that goes to the pods', async () => {
    const { code, text } = await inSandbox(
      `kubectl apply -f ${join(cases, '01-nlb-udp-lbc.yaml')}; kubectl affinity explain chat`,
    )
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(
        /outside <pending> ── AWS Network Load Balancer ── hash of client address ─+► pods decides/,
      ),
    ])
    expect(text).not.toContain('externalTrafficPolicy')
  })

  test.each([
    ['headless', '"clusterIP":"None","ports":[{"port":80}]', 'AFF-SVC-HEADLESS'],
    ['of type ExternalName', '"type":"ExternalName","externalName":"a.example"', 'AFF-SVC-EXTERNAL-NAME'],
  ])('a Service %s that has affinity already: another timeout is as void', async (_, spec, finding) => {
    const object = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"void"},"spec":{"sessionAffinity":"ClientIP",${spec}}}`
    const { code, text } = await inSandbox(
      `echo '${object}' | kubectl apply -f -; kubectl affinity enable svc/void --timeout 20m`,
    )
    expect(code).toBe(0)
    expect(text).toContain('timeout 3h0m0s → 20m0s')
    expect(text).toMatch(
      new RegExp(`Warning: service/void: ${finding} .* sessionAffinity ClientIP has no effect`),
    )
  })
})
