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
]

/** Whole texts: anchors, merge keys, documents, lists, marks and ends of lines. */
export const texts: Readonly<Record<string, string>> = {
  'a merge key': 'base: &base {type: NodePort, a: 1}\nspec:\n  <<: *base\n  a: 2\n',
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
const items = ['one', 'two'].map((name) => ({ metadata: { name }, spec: { a: 1 } }))

/** Whole files: documents, lists, encodings, doubled keys. Each holds objects. */
export const files: Readonly<Record<string, string | Uint8Array>> = {
  'two documents': `${map('one')}---\n${map('two')}`,
  'empty documents': `---\n---\n# nothing\n---\n${map('one')}---\n`,
  'an end of a document': `${map('one')}...\n---\n${map('two')}`,
  'a List': `apiVersion: v1\nkind: List\nitems:\n${['one', 'two'].map((name) => `- {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, spec: {v: yes}}\n`).join('')}`,
  'a list of one kind': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items }),
  'two objects of JSON': ['one', 'two']
    .map((name) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, spec: { a: 1 } }),
    )
    .join('\n---\n'),
  'UTF-16, little end first': Buffer.from(`\uFEFF${map('one', 'a: ä')}`, 'utf16le'),
  'UTF-16, big end first': Buffer.from(`\uFEFF${map('one', 'a: ä')}`, 'utf16le').swap16(),
  'doubled keys': map('one', 'a: 1, b: 2, a: 3'),
  'doubled fields': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: {a: 1}\nspec: {b: 2}\n',
  'tabs after values':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\t{name: one}\nspec:\n  a: 1\t# one\n  b:\ttwo\n',
}

/** Files that kubectl cannot read. */
export const unreadable: Readonly<Record<string, string>> = {
  'tabs as indentation': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: one\n',
  'a map as a key': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: {{a: 1}: 2}\n',
  'an alias of nothing': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec: *gone\n',
  'an open bracket': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one\n',
  'a template': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\nspec:\n  a: {{ .Values.a }}\n',
}
