import { describe, expect, it } from 'vitest'
import { analyse } from '../../../../src/analysis/analyse.ts'
import { providers, balancerOf, needsCloud } from '../../../../src/mechanisms/service/balancers/recognise.ts'
import { known, unknown } from '../../../../src/model/cluster/store.ts'
import type { ProxyFacts } from '../../../../src/model/cluster/snapshot.ts'
import { sticks } from '../../../../src/model/affinity/policy.ts'
import type { Service } from '../../../../src/model/cluster/kubernetes.ts'
import { service, snapshot, target } from '../../analysis/build.ts'

interface Made {
  class?: string
  annotations?: Record<string, string>
  finalizers?: string[]
  host?: string
  ip?: string
  conditions?: string[]
  cloud?: string
  events?: string[]
  local?: boolean
}

const cleanup = 'service.kubernetes.io/load-balancer-cleanup'
const aws = 'service.beta.kubernetes.io/aws-load-balancer-'
const hiding = 'preserve_client_ip.enabled=false,stickiness.enabled=false'

function make({ annotations = {}, finalizers = [], host, ip, conditions = [], ...more }: Made): Service {
  const given = [...(host === undefined ? [] : [{ hostname: host }]), ...(ip === undefined ? [] : [{ ip }])]
  return {
    ...service(
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: more.local === true ? 'Local' : 'Cluster',
        ...(more.class === undefined ? {} : { loadBalancerClass: more.class }),
      },
      { annotations, finalizers },
    ),
    status: {
      loadBalancer: { ingress: given },
      conditions: conditions.map((type) => ({ type, status: 'True' })),
    },
  }
}

const snapshotOf = (made: Made) =>
  snapshot(
    {
      service: make(made),
      events: known((made.events ?? []).map((message) => ({ reason: 'SyncLoadBalancerFailed', message }))),
    },
    { cloud: known(made.cloud ?? '') },
  )

describe('who makes a load balancer', () => {
  it.each<[string, Made]>([
    ['MetalLB', { annotations: { 'metallb.io/ip-allocated-from-pool': 'home' }, cloud: 'aws:///i-1' }],
    ['MetalLB', { annotations: { 'metallb.universe.tf/address-pool': 'home' } }],
    ['kube-vip', { annotations: { 'kube-vip.io/vipHost': 'node1' } }],
    ['kube-vip', { class: 'kube-vip.io/kube-vip-class' }],
    ['Cilium LB IPAM', { conditions: ['cilium.io/IPAMRequestSatisfied'] }],
    ['Cilium LB IPAM', { class: 'io.cilium/l2-announcer' }],
    ['k3s ServiceLB', { annotations: { 'svccontroller.k3s.cattle.io/priorityclassname': 'x' } }],
    ['KubeLB', { class: 'kubelb' }],
    ['AWS Network Load Balancer', { class: 'service.k8s.aws/nlb' }],
    ['AWS Network Load Balancer', { annotations: { [`${aws}type`]: 'external' } }],
    ['AWS Network Load Balancer', { annotations: { [`${aws}type`]: 'nlb' } }],
    ['AWS load balancer', { annotations: { [`${aws}internal`]: 'true' } }],
    ['AWS load balancer', { host: 'a1b2-17.eu-west-1.elb.amazonaws.com' }],
    ['AWS load balancer', { host: 'k8s-x-0a.elb.us-east-1.amazonaws.com' }],
    ['AWS load balancer', { cloud: 'aws:///eu-west-1a/i-0123' }],
    [
      'AWS Network Load Balancer',
      { host: 'k8s-x.elb.eu-west-1.amazonaws.com', finalizers: ['service.k8s.aws/resources'] },
    ],
    ['Google Cloud load balancer', { annotations: { 'networking.gke.io/load-balancer-type': 'Internal' } }],
    ['Google Cloud load balancer', { ip: '203.0.113.7', cloud: 'gce://shop/europe-west1-b/n1' }],
    [
      'Azure Load Balancer',
      { annotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' } },
    ],
    ['Azure Load Balancer', { cloud: 'azure:///subscriptions/1/resourceGroups/x' }],
    ['OpenStack Octavia', { annotations: { 'loadbalancer.openstack.org/proxy-protocol': 'true' } }],
    [
      'OVHcloud Public Cloud Load Balancer',
      { annotations: { 'loadbalancer.ovhcloud.com/flavor': 's' }, cloud: 'openstack:///1' },
    ],
    ['OVHcloud load balancer', { annotations: { 'loadbalancer.ovhcloud.com/class': 'iolb' } }],
    ['OVHcloud load balancer', { host: 'lb-1.gra.k8s.ovh.net' }],
    ['DigitalOcean load balancer', { annotations: { 'kubernetes.digitalocean.com/load-balancer-id': '1' } }],
    [
      'DigitalOcean network load balancer',
      { annotations: { 'service.beta.kubernetes.io/do-loadbalancer-type': 'REGIONAL_NETWORK' } },
    ],
    ['Hetzner load balancer', { cloud: 'hcloud://123' }],
    ['Linode NodeBalancer', { host: 'nb-1-2-3-4.frankfurt.nodebalancer.linode.com' }],
    [
      'Oracle Cloud load balancer',
      { events: ['invalid service: OCI only supports SessionAffinity "None" currently'] },
    ],
    ['CloudStack load balancer', { cloud: 'external-cloudstack://1' }],
    ['Scaleway load balancer', { cloud: 'scaleway://instance/fr-par-1/1' }],
    ['k3s ServiceLB', { cloud: 'k3s://node1', finalizers: [cleanup] }],
    [
      'cloud-provider-kind',
      { cloud: 'kind://docker/kind/kind-worker', finalizers: [cleanup], ip: '172.18.0.4' },
    ],
    [
      'MetalLB',
      { cloud: 'kind://docker/kind/kind-worker', annotations: { 'metallb.io/ip-allocated-from-pool': 'p' } },
    ],
    ['Tailscale proxy', { class: 'tailscale' }],
    ['LoxiLB', { class: 'loxilb.io/loxilb' }],
    ['Vultr load balancer', { cloud: 'vultr://1' }],
    ['Civo load balancer', { host: '92f8162c.lb.civo.com' }],
    ['Exoscale Network Load Balancer', { cloud: 'exoscale://1' }],
    [
      'Alibaba Cloud load balancer',
      { annotations: { 'service.beta.kubernetes.io/alicloud-loadbalancer-spec': 'slb.s1.small' } },
    ],
    ['Huawei Cloud Elastic Load Balance', { annotations: { 'kubernetes.io/elb.class': 'union' } }],
    ['Tencent Cloud load balancer', { annotations: { 'service.kubernetes.io/tke-existed-lbid': 'lb-1' } }],
    ['PureLB', { annotations: { 'purelb.io/allocated-by': 'PureLB' }, cloud: 'aws:///i-1' }],
    ['PureLB', { class: 'purelb.io/purelb' }],
    ['OpenELB', { annotations: { 'lb.kubesphere.io/v1alpha1': 'openelb' } }],
    ['Outscale load balancer', { host: 'a1-17.eu-west-2.lbu.outscale.com', cloud: 'aws:///eu-west-2a/i-1' }],
    ['Outscale load balancer', { events: ['unable to build LB: unsupported SessionAffinity "ClientIP"'] }],
    [
      'Brightbox load balancer',
      { annotations: { 'service.beta.kubernetes.io/brightbox-load-balancer-policy': 'round-robin' } },
    ],
    ['UpCloud load balancer', { host: 'lb-1.upcloudlb.com' }],
    ['cloudscale.ch load balancer', { cloud: 'cloudscale://1' }],
    ['STACKIT load balancer', { annotations: { 'lb.stackit.cloud/internal-lb': 'true' } }],
    ['IBM Cloud load balancer', { cloud: 'ibm://1///2/3' }],
    [
      'Oracle Cloud network load balancer',
      { annotations: { 'oci.oraclecloud.com/load-balancer-type': 'nlb' } },
    ],
    [
      'AWS Network Load Balancer without client addresses',
      { class: 'service.k8s.aws/nlb', annotations: { [`${aws}target-group-attributes`]: hiding } },
    ],
    [
      'AWS Network Load Balancer',
      { annotations: { [`${aws}type`]: 'nlb', [`${aws}target-group-attributes`]: hiding } },
    ],
    ['Yandex Network Load Balancer', { cloud: 'yandex://fhm1' }],
  ])('%s: %j', (name, made) => {
    const { services, cloud } = snapshotOf(made)
    const [one] = services
    expect(balancerOf(one!.service, { events: one!.events, cloud })?.name).toBe(name)
  })

  it.each<[string, Made]>([
    [
      'a class of somebody',
      { class: 'example.com/lb', annotations: { [`${aws}type`]: 'nlb' }, cloud: 'aws:///i-1' },
    ],
    ['nothing', {}],
    ['nodes of a cluster where others serve as well', { cloud: 'k3s://node1' }],
    ['nodes of kind, and no cloud controller', { cloud: 'kind://docker/kind/w', ip: '172.18.0.4' }],
    ['an address that the cloud of the nodes never gives', { ip: '203.0.113.7', cloud: 'aws:///i-1' }],
    [
      'an address that its annotations never give',
      { ip: '203.0.113.7', annotations: { [`${aws}type`]: 'nlb' } },
    ],
    ['a host name that the cloud of the nodes never gives', { host: 'lb.example', cloud: 'gce://a/b/c' }],
  ])('nobody knows: %s', (_name, made) => {
    expect(balancerOf(make(made), { cloud: known(made.cloud ?? '') })).toBeUndefined()
  })

  it('asks for the nodes where nothing else tells', () => {
    expect(needsCloud(make({}))).toBe(true)
    expect(needsCloud(make({ class: 'example.com/lb' }))).toBe(false)
    expect(needsCloud(make({ annotations: { [`${aws}type`]: 'nlb' } }))).toBe(false)
    expect(needsCloud(service())).toBe(false)
    expect(balancerOf(make({}), { cloud: unknown({ what: 'nodes', reason: 'forbidden' }) })).toBeUndefined()
  })

  it('links a source for each that is known', () => {
    for (const { source, signs } of providers) {
      expect(source).toMatch(/^(\[[^\]]+\]\(https:\/\/|not known: )|\(without a link: /)
      expect(Object.keys(signs)).not.toEqual([])
    }
  })
})

describe('whom pods see from outside', () => {
  const node = (facts: ProxyFacts) => {
    const port = service({ type: 'NodePort', externalTrafficPolicy: 'Cluster' })
    const { findings, paths } = analyse(snapshot({ service: port }, { proxy: known(facts) }), target)
    const way = paths.find(({ entry }) => entry.kind === 'node-port')
    const isSaid = findings.some(({ code }) => code === 'AFF-SVC-NODEPORT-MASQUERADED')
    return { note: way?.hops.at(-1)?.note, isSaid }
  }
  const proxy = (kind: ProxyFacts['kind']): ProxyFacts => ({ kind, source: 'x', settings: {} })

  it('is the client by Calico eBPF, and the node by kube-proxy', () => {
    expect(node(proxy('calico-ebpf')).isSaid).toBe(false)
    expect(node(proxy('calico-ebpf')).note).toContain('client')
    expect(node(proxy('kube-proxy'))).toEqual({ note: 'pods see the address of the node', isSaid: true })
  })
})

describe('what is found of a load balancer', () => {
  const codes = (made: Made) =>
    analyse(snapshotOf(made), target)
      .findings.map(({ code }) => code.replace('AFF-SVC-', ''))
      .filter((code) => /^LB-|MASQUERADED|PER-NODE/.test(code))
  const words = (made: Made, code: string) => {
    const found = analyse(snapshotOf(made), target).findings.find((finding) => finding.code === code)
    return `${found?.message} ${found?.why}`
  }

  it.each<[string, Made, string[]]>([
    ['nobody known', {}, ['LB-SPREADS-NODES', 'PER-NODE-TABLES', 'NODEPORT-MASQUERADED']],
    ['one that follows', { cloud: 'gce://a/b/c', local: true }, ['PER-NODE-TABLES']],
    [
      'one that refuses, as yet none',
      { annotations: { [`${aws}type`]: 'nlb' }, local: true },
      ['LB-REFUSED', 'PER-NODE-TABLES'],
    ],
    [
      'one that refuses, made before',
      { host: 'a.elb.us-east-1.amazonaws.com', local: true },
      ['LB-REFUSED', 'LB-SPREADS-NODES', 'PER-NODE-TABLES'],
    ],
    ['a proxy', { cloud: 'hcloud://1' }, ['LB-HIDES-CLIENTS', 'LB-SPREADS-NODES', 'PER-NODE-TABLES']],
    [
      'one that was told to hide its clients',
      { annotations: { [`${aws}type`]: 'external', [`${aws}target-group-attributes`]: hiding } },
      ['LB-HIDES-CLIENTS', 'LB-SPREADS-NODES', 'PER-NODE-TABLES'],
    ],
    [
      'one that goes to the pods',
      { annotations: { [`${aws}type`]: 'external', [`${aws}nlb-target-type`]: 'ip' } },
      ['LB-BYPASSES'],
    ],
  ])('%s', (_name, made, expected) => {
    expect(codes(made).toSorted()).toEqual(expected.toSorted())
  })

  const beta = 'service.beta.kubernetes.io/'
  it.each<[string, Record<string, string>]>([
    ['DigitalOcean', { [`${beta}do-loadbalancer-sticky-sessions-type`]: 'cookies' }],
    [
      'Hetzner',
      {
        'load-balancer.hetzner.cloud/http-sticky-sessions': 'true',
        'load-balancer.hetzner.cloud/protocol': 'https',
      },
    ],
    ['Scaleway, by address', { [`${beta}scw-loadbalancer-sticky-sessions`]: 'table' }],
    ['Scaleway, by cookie', { [`${beta}scw-loadbalancer-sticky-sessions`]: 'cookie' }],
    [
      'Linode',
      { [`${beta}linode-loadbalancer-port-80`]: '{"protocol": "http", "stickiness": "http_cookie"}' },
    ],
    ['Linode, for all ports', { [`${beta}linode-loadbalancer-default-stickiness`]: 'Table' }],
    [
      'Vultr',
      {
        [`${beta}vultr-loadbalancer-https-ports`]: '443',
        [`${beta}vultr-loadbalancer-sticky-session-enabled`]: 'on',
        [`${beta}vultr-loadbalancer-sticky-session-cookie-name`]: 'seat',
      },
    ],
    ['Oracle', { 'oci.oraclecloud.com/loadbalancer-policy': 'IP_HASH' }],
    ['Alibaba', { [`${beta}alibaba-cloud-loadbalancer-persistence-timeout`]: '1800' }],
    ['Huawei', { 'kubernetes.io/elb.session-affinity-mode': 'SOURCE_IP' }],
    ['LoxiLB', { 'loxilb.io/epselect': 'persist' }],
    [
      'Oracle, network',
      {
        'oci.oraclecloud.com/load-balancer-type': 'nlb',
        'oci-network-load-balancer.oraclecloud.com/backend-policy': 'TWO_TUPLE',
      },
    ],
    [
      'UpCloud',
      {
        [`${beta}upcloud-load-balancer-config`]:
          '{"backends": [{"properties": {"sticky_session_cookie_name": "S"}}]}',
      },
    ],
    ['cloudscale.ch', { 'k8s.cloudscale.ch/loadbalancer-pool-algorithm': 'source_ip' }],
    ['STACKIT', { 'lb.stackit.cloud/session-persistence-with-source-ip': 'true' }],
    ['Brightbox', { [`${beta}brightbox-load-balancer-policy`]: 'source-address' }],
    [
      'the AWS Load Balancer Controller, to nodes',
      {
        [`${aws}type`]: 'external',
        [`${aws}target-group-attributes`]: 'stickiness.enabled=true,stickiness.type=source_ip',
      },
    ],
  ])('sees that the own stickiness is on: %s', (_name, annotations) => {
    const made = { annotations, cloud: 'x' }
    expect(codes(made)).not.toContain('LB-SPREADS-NODES')
    const { paths, findings } = analyse(snapshotOf(made), target)
    const hop = paths.flatMap(({ hops }) => hops).find(({ kind }) => kind === 'load-balancer')
    expect(sticks(hop!.policy)).toBe(true)
    expect(findings.flatMap(({ mend }) => mend).join('\n')).not.toContain('use its own stickiness')
  })

  const vultr = `${beta}vultr-loadbalancer-`
  it.each<[string, Record<string, string>]>([
    ['Hetzner, without HTTP', { 'load-balancer.hetzner.cloud/http-sticky-sessions': 'true' }],
    [
      'Vultr, without HTTP',
      { [`${vultr}sticky-session-enabled`]: 'on', [`${vultr}sticky-session-cookie-name`]: 'seat' },
    ],
    ['Vultr, without a name', { [`${vultr}protocol`]: 'http', [`${vultr}sticky-session-enabled`]: 'on' }],
    [
      'Vultr, with another word',
      {
        [`${vultr}protocol`]: 'http',
        [`${vultr}sticky-session-enabled`]: 'true',
        [`${vultr}sticky-session-cookie-name`]: 'seat',
      },
    ],
  ])('takes the stickiness for off where it is not read: %s', (_name, annotations) => {
    expect(codes({ annotations })).toContain('LB-SPREADS-NODES')
  })

  it('is not sure of a hash over which its pages contradict each other', () => {
    const strategy = `${beta}exoscale-loadbalancer-service-strategy`
    const said = (value: string) => words({ annotations: { [strategy]: value } }, 'AFF-SVC-LB-SPREADS-NODES')
    expect(said('source-hash')).toContain('is not known')
    expect(said('round-robin')).toContain('picks a node for each connection')
  })

  it('says whether it is sure', () => {
    expect(words({}, 'AFF-SVC-LB-SPREADS-NODES')).toContain('is not known')
    expect(words({ cloud: 'hcloud://1' }, 'AFF-SVC-LB-SPREADS-NODES')).toContain(
      'picks a node for each connection',
    )
    expect(words({ class: 'metallb' }, 'AFF-SVC-LB-SPREADS-NODES')).toContain('is not known')
  })

  it.each([
    'unable to build LB: unsupported SessionAffinity "ClientIP"',
    'failed to ensure load balancer: SessionAffinity is not supported currently',
    'unsupported load balancer affinity: ClientIP',
  ])('finds the refusal in an event: %s', (message) => {
    expect(codes({ events: [message] })).toContain('LB-REFUSED')
  })

  it('says of a Service that no server has seen who else might serve it', () => {
    const annotations = { [`${aws}type`]: 'nlb' }
    const of = (uid?: string) => {
      const made = snapshotOf({ annotations })
      const [one] = made.services
      const { uid: _uid, ...metadata } = one!.service.metadata
      one!.service.metadata = uid === undefined ? metadata : { ...metadata, uid }
      const found = analyse(made, target).findings.find(({ code }) => code === 'AFF-SVC-LB-REFUSED')
      return found?.why
    }
    expect(of()).toContain('unless the AWS Load Balancer Controller is there')
    expect(of('0e4f5d1e')).not.toContain('unless')
  })

  it('says what a refusal means for a load balancer that is there', () => {
    const events = ['failed to ensure load balancer: unsupported load balancer affinity: ClientIP']
    expect(words({ events }, 'AFF-SVC-LB-REFUSED')).toContain('gets no load balancer')
    expect(words({ events, host: 'a.elb.us-east-1.amazonaws.com' }, 'AFF-SVC-LB-REFUSED')).toContain(
      'goes on as it was made',
    )
  })
})
