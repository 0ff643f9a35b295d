import { refOf } from '../../../model/cluster/object.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import { hasSelector, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { parseIp } from '../../../model/common/network/ip.ts'
import { commandLine } from '../../../model/targets/command.ts'

/** The label that hands a Service to another proxy (k8s.io/kubernetes pkg/proxy/apis/well_known_labels.go). */
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name'

/** Services that no proxy serves: whatever their affinity says, nobody reads it. */
export const unproxied = serviceAnalyzer({
  codes: [
    'AFF-SVC-HEADLESS',
    'AFF-SVC-EXTERNAL-NAME',
    'AFF-SVC-EXTERNAL-NAME-SELECTOR',
    'AFF-SVC-EXTERNAL-NAME-ADDRESS',
    'AFF-SVC-OTHER-PROXY',
  ],
  inputs: [],
  analyse: (subject, _inputs, report) => {
    const { service, ref } = subject
    const { spec, metadata } = service
    const off: Mend = { deed: { kind: 'affinity', of: ref, to: 'off' } }
    if (spec.type === 'ExternalName') {
      if (isSticky(subject)) {
        report('AFF-SVC-EXTERNAL-NAME', {
          message: `the Service is a DNS alias of "${spec.externalName ?? ''}"; sessionAffinity ClientIP has no effect`,
          why: 'Clients get a CNAME and connect elsewhere themselves: no proxy sees their connections.',
          mend: [
            'set affinity where the name leads to',
            {
              say: 'if its addresses are known, make a Service with a cluster IP',
              deed: {
                kind: 'make',
                command: commandLine('external', 'NAME', { port: 'PORT', to: 'ADDRESS' }),
              },
            },
            off,
          ],
          field: 'spec.sessionAffinity',
        })
      }
      const { externalName = '' } = spec
      if (looksLikeAddress(externalName)) {
        report('AFF-SVC-EXTERNAL-NAME-ADDRESS', {
          message: `externalName ${externalName} ${parseIp(externalName) === undefined ? 'ends in a number' : 'is an address'}: DNS answers with a name that nobody has`,
          why: 'The API server takes it, and the name of the Service never resolves: externalName is written into a CNAME, which leads to names only.',
          mend: [
            {
              deed: {
                kind: 'make',
                command: commandLine('external', ref.name, {
                  namespace: ref.namespace,
                  port: spec.ports?.[0]?.port ?? 'PORT',
                  to: parseIp(externalName) === undefined ? 'ADDRESS' : externalName,
                }),
              },
            },
          ],
          field: 'spec.externalName',
        })
      }
      if (hasSelector(subject)) {
        report('AFF-SVC-EXTERNAL-NAME-SELECTOR', {
          message: 'type ExternalName with a selector: the pods that it selects get no traffic',
          why: 'The name resolves to externalName alone. EndpointSlices from a time with another type may be left behind.',
          mend: ['remove the selector, or change the type'],
          field: 'spec.selector',
        })
      }
    } else if (spec.clusterIP === 'None' && isSticky(subject)) {
      report('AFF-SVC-HEADLESS', {
        message: 'the Service is headless (clusterIP: None); sessionAffinity ClientIP has no effect',
        why: 'Clients get the addresses of all pods by DNS and pick one themselves: no proxy sees their connections.',
        mend: [
          'use a Service with a cluster IP (create it anew: clusterIP cannot be changed from None)',
          off,
        ],
        field: 'spec.clusterIP',
      })
    }
    const proxy = metadata.labels?.[proxyNameLabel]
    if (proxy !== undefined) {
      report('AFF-SVC-OTHER-PROXY', {
        message: `the label ${proxyNameLabel} hands the Service to the proxy "${proxy}"`,
        why: 'kube-proxy ignores Services with this label, whatever its value. Whether clients stick is up to the other proxy; without one, nothing answers.',
        mend: [{ deed: { kind: 'label', of: refOf(service), marks: { [proxyNameLabel]: null } } }],
        field: 'metadata.labels',
      })
    }
  },
})

/** An address, or what was meant for one (`010.1.1.1`, `10.0.0.300`): no top-level domain is a number (RFC 3696, 2). */
function looksLikeAddress(name: string): boolean {
  return parseIp(name) !== undefined || /(^|\.)\d+\.?$/.test(name)
}
