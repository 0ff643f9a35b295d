import { Refused } from '../../failure.ts'

/**
 * Reads the protobuf in which `kubectl create deployment`, `kubectl auth can-i` and the like send what they make
 * themselves (manifests travel as JSON). Only the fields that those commands set; answers are always JSON.
 *
 * Per message `name=NUMBER[:TYPE]`: a string unless it is int, kept (an int whose 0 means something), bool, intstr, map (of
 * strings, or as `map/` says), another message, one whose fields JSON has one level up (`inline/`), or a list in brackets. From the generated.proto files of k8s.io/api 1.36.
 */
const schema: Readonly<Record<string, string>> = {
  Unknown: 'typeMeta=1:TypeMeta raw=2:bytes',
  TypeMeta: 'apiVersion=1 kind=2',
  ObjectMeta: 'name=1 generateName=2 namespace=3 resourceVersion=6 labels=11:map annotations=12:map',
  Namespace: 'metadata=1:ObjectMeta',
  ServiceAccount: 'metadata=1:ObjectMeta',
  ConfigMap: 'metadata=1:ObjectMeta data=2:map',
  Pod: 'metadata=1:ObjectMeta spec=2:PodSpec',
  PodSpec:
    'containers=2:[Container] restartPolicy=3 terminationGracePeriodSeconds=4:int nodeSelector=7:map nodeName=10',
  Container: 'name=1 image=2 command=3:[string] args=4:[string] ports=6:[ContainerPort] env=7:[EnvVar]',
  ContainerPort: 'name=1 hostPort=2:int containerPort=3:int protocol=4',
  EnvVar: 'name=1 value=2',
  Service: 'metadata=1:ObjectMeta spec=2:ServiceSpec',
  ServiceSpec: 'ports=1:[ServicePort] selector=2:map clusterIP=3 type=4 sessionAffinity=7 externalName=10',
  ServicePort: 'name=1 protocol=2 port=3:int targetPort=4:intstr nodePort=5:int',
  IntOrString: 'type=1:int intVal=2:int strVal=3',
  Deployment: 'metadata=1:ObjectMeta spec=2:DeploymentSpec',
  DeploymentSpec: 'replicas=1:kept selector=2:LabelSelector template=3:PodTemplateSpec',
  LabelSelector: 'matchLabels=1:map',
  PodTemplateSpec: 'metadata=1:ObjectMeta spec=2:PodSpec',
  Job: 'metadata=1:ObjectMeta spec=2:JobSpec',
  JobSpec:
    'parallelism=1:kept completions=2:kept activeDeadlineSeconds=3:int template=6:PodTemplateSpec backoffLimit=7:kept ttlSecondsAfterFinished=8:kept',
  Role: 'metadata=1:ObjectMeta rules=2:[PolicyRule]',
  ClusterRole: 'metadata=1:ObjectMeta rules=2:[PolicyRule]',
  PolicyRule: 'verbs=1:[string] apiGroups=2:[string] resources=3:[string] resourceNames=4:[string]',
  RoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  ClusterRoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  Subject: 'kind=1 apiGroup=2 name=3 namespace=4',
  RoleRef: 'apiGroup=1 kind=2 name=3',
  SelfSubjectReview: 'metadata=1:ObjectMeta',
  SelfSubjectRulesReview: 'metadata=1:ObjectMeta spec=2:RulesSpec',
  RulesSpec: 'namespace=1',
  SelfSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:AccessSpec',
  AccessSpec: 'resourceAttributes=1:ResourceAttributes',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  DeleteOptions:
    'gracePeriodSeconds=1:kept preconditions=2:Preconditions propagationPolicy=4 dryRun=5:[string]',
  Preconditions: 'uid=1',
  Eviction: 'metadata=1:ObjectMeta',
  Secret: 'metadata=1:ObjectMeta data=2:map/base64 type=3 immutable=5:bool',
  ResourceQuota: 'metadata=1:ObjectMeta spec=2:QuotaSpec',
  QuotaSpec: 'hard=1:map/quantity scopes=2:[string]',
  Quantity: 'string=1',
  Ingress: 'metadata=1:ObjectMeta spec=2:IngressSpec',
  IngressSpec: 'defaultBackend=1:IngressBackend tls=2:[IngressTLS] rules=3:[IngressRule] ingressClassName=4',
  IngressBackend: 'service=4:IngressService',
  IngressService: 'name=1 port=2:BackendPort',
  BackendPort: 'name=1 number=2:int',
  IngressTLS: 'hosts=1:[string] secretName=2',
  IngressRule: 'host=1 value=2:inline/RuleValue',
  RuleValue: 'http=1:RuleHttp',
  RuleHttp: 'paths=1:[RulePath]',
  RulePath: 'path=1 backend=2:IngressBackend pathType=3',
  HorizontalPodAutoscaler: 'metadata=1:ObjectMeta spec=2:ScalerSpec',
  ScalerSpec: 'scaleTargetRef=1:ScalerTarget minReplicas=2:kept maxReplicas=3:int metrics=4:[ScalerMetric]',
  ScalerTarget: 'kind=1 name=2 apiVersion=3',
  ScalerMetric: 'type=1 resource=4:ResourceMetric',
  ResourceMetric: 'name=1 target=2:MetricTarget',
  MetricTarget: 'type=1 averageUtilization=4:kept',
}

const magic = Buffer.from('k8s\0', 'latin1')

export const isProtobuf = (body: Buffer): boolean => body.subarray(0, magic.length).equals(magic)

/** The object of a body in the envelope of Kubernetes. Throws 415 for kinds that are not known here. */
export function decodeProtobuf(body: Buffer): unknown {
  const { typeMeta, raw } = decode(body.subarray(magic.length), 'Unknown') as {
    typeMeta: { apiVersion: string; kind: string }
    raw: Buffer
  }
  if (!(typeMeta.kind in schema))
    throw new Refused(
      415,
      'UnsupportedMediaType',
      `the sandbox reads no protobuf of a ${typeMeta.kind}: use a manifest and kubectl apply`,
    )
  return { ...typeMeta, metadata: {}, ...(decode(raw, typeMeta.kind) as object) }
}

type Value = string | number | boolean | Buffer | { [name: string]: unknown } | undefined

function decode(bytes: Buffer, message: string): Record<string, unknown> {
  const fields = new Map(
    (schema[message] ?? '').split(' ').map((entry) => {
      const [, name = '', number = '', type = 'string'] = /^(\w+)=(\d+)(?::(.+))?$/.exec(entry) ?? []
      return [Number(number), { name, type }]
    }),
  )
  const result: Record<string, unknown> = {}
  for (const { number, content } of wireFields(bytes)) {
    const field = fields.get(number)
    if (field === undefined) continue
    const { name, type } = field
    if (type.startsWith('map')) {
      const entry = new Map(wireFields(content as Buffer).map((part) => [part.number, part.content]))
      const key = String(entry.get(1) ?? '')
      result[name] = { ...(result[name] as object), [key]: mapped(entry.get(2), type) }
    } else if (type.startsWith('inline/')) {
      Object.assign(result, decode(content as Buffer, type.slice('inline/'.length)))
    } else if (type.startsWith('[')) {
      result[name] = [...((result[name] as unknown[]) ?? []), convert(content, type.slice(1, -1)) ?? '']
    } else {
      const value = convert(content, type)
      if (value !== undefined) result[name] = value
    }
  }
  return result
}

function mapped(content: Buffer | number = Buffer.alloc(0), type: string): unknown {
  if (type === 'map/quantity') return decode(content as Buffer, 'Quantity')['string']
  return (content as Buffer).toString(type === 'map/base64' ? 'base64' : 'utf8')
}

/** Fields that were left empty are sent as well: they mean nothing. */
function convert(content: Buffer | number, type: string): Value {
  if (type === 'kept') return Number(content)
  if (type === 'int') return Number(content) || undefined
  if (type === 'bool') return content === 1 || undefined
  if (type === 'bytes') return content
  if (type === 'string') return String(content) || undefined
  if (type === 'intstr') {
    const {
      type: isText,
      intVal,
      strVal,
    } = decode(content as Buffer, 'IntOrString') as { type?: number; intVal?: number; strVal?: string }
    return isText === 1 ? strVal : intVal
  }
  return decode(content as Buffer, type)
}

function wireFields(bytes: Buffer): { number: number; content: Buffer | number }[] {
  const fields: { number: number; content: Buffer | number }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [number, wire] = [tag >> 3, tag & 7]
    if (wire === 0) fields.push({ number, content: varint() })
    else if (wire === 2) {
      const length = varint()
      fields.push({ number, content: bytes.subarray(at, at + length) })
      at += length
    } else at += wire === 1 ? 8 : 4
  }
  return fields
}
