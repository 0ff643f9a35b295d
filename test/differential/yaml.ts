/** Scalars that readers of YAML take for different things. */
export const scalars: readonly string[] = [
  '22:30',
  '03:30:00',
  '1:30:00',
  '00:1b:44:11:3a:b7',
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'Y',
  'NO',
  'On',
  'true',
  'TRUE',
  '0777',
  '0o7020',
  '-0o17',
  '0b11',
  '0x1F',
  '1_000',
  '1__0',
  '1e3',
  '1.0',
  '1.20',
  '+12',
  '-0',
  '.5',
  '5.',
  '~',
  'null',
  'Null',
  'NULL',
  '',
  '2001-12-14',
  '2001-12-14 21:59:43',
  '!!str 12',
  '2001-12-14t21:59:43.10-05:00',
  '!!int "3"',
  '"12"',
  "'yes'",
  '0x',
  '08',
  '09',
  '0o8',
  '1e',
  '12e03',
  '=',
  '<<',
  '010',
  '-010',
  '0_7',
  '+.5',
  '1,000',
  '0.0',
  '!!bool yes',
  '!!binary aGk=',
  '[1, yes, 0777]',
  '|\n    text',
  '>\n    a\n    b',
  '{a: on}',
  '12345678901234567890',
  '1e400',
  '0xFFFFFFFFFFFFFFFFF',
  '0O17',
  '0B11',
  '0X1f',
  '-0x1f',
  '0x_ff',
  '1_',
  '_1',
  '+1_0',
  '9223372036854775808',
  '-9223372036854775809',
  '1.5.2',
  '!!float 3',
  '!!str',
  '!!str null',
  '!!set {a, b}',
  '!!omap [a: 1, b: 2]',
  '!!seq [1]',
  '!foo bar',
  '! 12',
  '!<tag:yaml.org,2002:str> 12',
  '190:20:30.15',
  '2001-12-14T21:59:43Z',
  '~a',
  'tRue',
]

/** Whole texts: anchors, merge keys, documents, lists, marks and ends of lines. */
export const texts: Readonly<Record<string, string>> = {
  'a merge key': 'base: &base {type: NodePort, a: 1}\nspec:\n  <<: *base\n  a: 2\n',
  'a merge key after a key that it has': 'x: &x {a: 1, b: 2}\nspec:\n  a: 5\n  <<: *x\n  b: 3\n',
  'two merge keys': 'x: &x {a: 1}\ny: &y {a: 2}\nspec:\n  <<: *x\n  <<: *y\n',
  'a merge key in a map that is merged': 'x: &x {a: {b: 1}}\ny: &y {a: 2, <<: *x}\nspec:\n  <<: *y\n',
  'keys behind question marks': 'spec:\n  ? a\n  : 1\n  ? b\n',
  'numbers and dates as keys': 'spec:\n  1.5: a\n  1e3: b\n  0x10: c\n  2001-12-14: d\n',
  'an anchor that is set again': 'x: &x {a: 1}\ny: &x {a: 2}\nspec: *x\n',
  'a document mark in a block': 'spec:\n  a: |\n    one\n    ---\n    two\n',
  'CRLF in blocks': 'spec:\r\n  a: |\r\n    one\r\n    two\r\n  b: >-\r\n    one\r\n    two\r\n',
  'a tab in a block': 'spec:\n  a: |\n    one\n    \ttwo\n',
  'CR alone': 'spec:\r  a: 1\r',
  'two merge keys in a list': 'x: &x {a: 1}\ny: &y {a: 2, b: 3}\nspec:\n  <<: [*x, *y]\n',
  'an alias': 'x: &x [1, 2]\nspec:\n  v: *x\n',
  CRLF: 'spec:\r\n  a: 1\r\n  b: two\r\n',
  'a mark': '\uFEFFspec:\n  a: 1\n',
  comments: '# one\nspec: # two\n  a: 1 # three\n',
  'a document mark': '---\nspec:\n  a: 1\n',
  'a number as key': 'spec:\n  1: one\n  true: yes\n',
  JSON: '{"spec": {"a": 1.50, "b": "22:30"}}\n',
}

const map = (name: string, spec = 'a: 1'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
const json = (name: string, last = ''): string =>
  `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}"}, "spec": {"a": 1}${last}}`
const items = ['one', 'two'].map((name) => ({ metadata: { name }, spec: { a: 1 } }))

/** Whole files: documents, lists, encodings, doubled keys. Each holds objects. */
export const files: Readonly<Record<string, string | Uint8Array>> = {
  'two documents': `${map('one')}---\n${map('two')}`,
  'empty documents': `---\n---\n# nothing\n---\n${map('one')}---\n`,
  'an end of a document': `${map('one')}...\n---\n${map('two')}`,
  'a List': `apiVersion: v1\nkind: List\nitems:\n${['one', 'two'].map((name) => `- {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, spec: {v: yes}}\n`).join('')}`,
  'a list of one kind': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items }),
  'a ServiceList': `apiVersion: v1\nkind: ServiceList\nitems:\n${['one', 'two'].map((name) => `- {metadata: {name: ${name}}, spec: {ports: [{port: 80}], selector: {a: '1'}}}\n`).join('')}`,
  'two objects of JSON': ['one', 'two']
    .map((name) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, spec: { a: 1 } }),
    )
    .join('\n---\n'),
  'UTF-16, little end first': Buffer.from(`\uFEFF${map('one', 'a: ä')}`, 'utf16le'),
  'UTF-16, big end first': Buffer.from(`\uFEFF${map('one', 'a: ä')}`, 'utf16le').swap16(),
  'doubled keys': map('one', 'a: 1, b: 2, a: 3'),
  'doubled fields': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: {a: 1}\nspec: {b: 2}\n',
  'two objects of JSON, one after the other': `${json('one')}\n${json('two')}${json('three')}\n`,
  'a comma too many in JSON': json('one', ',').replace('"a": 1', '"a": [1,],'),
  'JSON indented by tabs': json('one').replaceAll('{', '{\n\t'),
  'one object of a List twice':
    'apiVersion: v1\nkind: List\nitems:\n- &a {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, spec: {a: 1}}\n- *a\n',
  'a comment beside a document mark': `${map('one')}--- # second\n${map('two')}`,
  'a mark in front of the second document': `${map('one')}---\n\uFEFF${map('two')}`,
  'UTF-16, two documents': Buffer.from(`\uFEFF${map('one')}---\r\n${map('two')}`, 'utf16le'),
  'keys doubled below': map('one', 'p: {a: 1, a: 2}, q: {r: {b: 1}, r: {c: 3}}'),
  'Services that share parts by anchors': `apiVersion: v1
kind: List
items:
- &one
  apiVersion: v1
  kind: Service
  metadata: {name: one}
  spec: &spec
    selector: &labels {app: a}
    sessionAffinity: None
    <<: {sessionAffinity: ClientIP, sessionAffinityConfig: &config {clientIP: {timeoutSeconds: 60}}}
    ports: &ports [{port: 80, targetPort: e0}]
- <<: *one
  metadata: {name: two}
- apiVersion: v1
  kind: Service
  metadata: {name: three}
  spec: {<<: [{sessionAffinity: None}, *spec], selector: *labels, sessionAffinityConfig: null, ports: *ports}
`,
  'slices that share parts by anchors': `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: one, labels: {kubernetes.io/service-name: &name web}}
addressType: IPv4
ports: [&port {name: http, port: 0x1F90, protocol: TCP}, {<<: *port, name: more, port: 0o17}]
endpoints:
- &end {addresses: [10.1.0.1], hostname: *name, conditions: {ready: yes}}
- {<<: *end, addresses: [10.1.0.2], conditions: {ready: off}}
`,
  'an Ingress that shares parts by anchors': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: one, annotations: {example.com/a: &text "on"}}
spec:
  defaultBackend: &backend {service: {name: web, port: {number: 8_0}}}
  rules:
  - host: "22:30"
    http: &http {paths: [{path: /, pathType: Prefix, backend: *backend}]}
  - {host: *text, http: {<<: *http}}
`,
  'Endpoints with numbers of all kinds':
    'apiVersion: v1\nkind: Endpoints\nmetadata: {name: one}\nsubsets:\n- addresses: [{ip: 10.1.0.1, nodeName: 12:30}]\n  ports: [{port: 0b1010000, name: "."}, {port: 017, name: .}]\n',
  'tabs after values':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\t{name: one}\nspec:\n  a: 1\t# one\n  b:\ttwo\n',
}

/** Files that kubectl cannot read. */
export const unreadable: Readonly<Record<string, string>> = {
  'tabs as indentation': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: one\n',
  'a map as a key': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: {{a: 1}: 2}\n',
  'an anchor that contains itself':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: &s\n  a: *s\n',
  'an alias of nothing': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: *gone\n',
  'an open bracket': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one\n',
  'a template': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec:\n  a: {{ .Values.a }}\n',
  'a number without end': map('one', 'a: .inf'),
  'no number': map('one', 'a: .NaN'),
  'a key that is null': map('one', '~: 1'),
  'a whole number that is none': map('one', 'a: !!int abc'),
  'a boolean that is none': map('one', 'a: !!bool maybe'),
  'base64 that is none': map('one', 'a: !!binary "@@@"'),
  'a directive': `# one\n%YAML 1.1\n---\n${map('one')}`,
  'an object beside a document mark': `--- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n`,
  'a line of a tab': `${map('one')}\t\n`,
  'a tab in front of a comment': 'apiVersion: v1\nkind: ConfigMap\n\t# one\nmetadata: {name: one}\n',
  'a tab after a dash': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec:\n  a:\n  -\tone\n',
  'a control character': `${map('one')}# \u0007\n`,
  'a List in a List':
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}]}\n',
  'a List with null': `apiVersion: v1\nkind: List\nitems:\n- null\n`,
  'a List with a text': `apiVersion: v1\nkind: List\nitems:\n- text\n`,
}
