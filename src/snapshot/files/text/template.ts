import type { FilePosition, Finding } from '../../../model/findings/finding.ts'
import { shellWord } from '../../../model/common/words/shell.ts'
import { commandLine } from '../../../model/targets/command.ts'
import { fileFinding } from '../finding.ts'

/** What makes objects of a text that is none yet. */
export interface Engine {
  /** What the text is. */
  words: string
  /** Its mark in a key or value of YAML. */
  value?: RegExp
  /** Its mark in a comment where a value should be. */
  comment?: RegExp
  /** Its marks in a text that is no YAML, a beginning and an end. */
  text?: readonly [string, string]
  /** The program that prints the objects, where one does by itself. */
  program?: (file: string) => string
  /** What else is to be done. */
  instead?: string
}

const filledIn = (mark: string): string => `this is a template: ${mark} is filled in before it is applied`

const engines = {
  kustomization: {
    words: 'this is a kustomization, and no object',
    program: () => 'kubectl kustomize DIR',
  },
  patch: {
    words: 'this is a patch of kustomize: its object stands elsewhere',
    value: /^\$(patch|retainKeys|(setElementOrder|deleteFromPrimitiveList)\/.+)$/,
    program: () => 'kubectl kustomize DIR',
  },
  variable: {
    words: filledIn('$(…)'),
    value: /\$\([A-Za-z_][\w.]*\)/,
    program: () => 'kubectl kustomize DIR',
  },
  openshift: {
    words: 'this is a Template of OpenShift: its parameters are filled in before it is applied',
    program: (file) => `oc process --local -f ${shellWord(file)}`,
  },
  ytt: {
    words: filledIn('#@ …'),
    comment: /^@ ?\S/,
    program: (file) => `ytt -f ${shellWord(file)}`,
  },
  conflict: {
    words: 'git has left the marks of a conflict here',
    text: ['<<<<<<< ', '>>>>>>> '],
    instead: 'settle the conflict',
  },
  chart: {
    words: 'this tells of a Helm chart, and is no object',
    program: () => 'helm template CHART',
  },
  values: {
    words: 'these are values of a Helm chart, and no object',
    program: (file) => `helm template CHART -f ${shellWord(file)}`,
  },
  helmfile: {
    words: 'this names releases of Helm, and is no object',
    program: (file) => `helmfile template -f ${shellWord(file)}`,
  },
  tokens: { words: filledIn('#{…}'), value: /#\{[\w.-]+\}/, comment: /^\{[\w.-]+\}/ },
  ats: { words: filledIn('@…@'), value: /@[A-Z_][A-Z\d_]*@/, text: ['@', '@'] },
  // Three letters at least: `%C3%A4` is a character of a path.
  percents: { words: filledIn('%…%'), value: /%[A-Z_][A-Z\d_]{2,}%/, text: ['%', '%'] },
  underscores: { words: filledIn('__…__'), value: /^__[A-Z][A-Z\d_]*__$/ },
  terraform: { words: filledIn('%{ … }'), text: ['%{', '}'] },
  jinja: { words: filledIn('{% … %}'), text: ['{%', '%}'] },
  erb: {
    words: filledIn('<% … %>'),
    value: /<%[^]*%>/,
    text: ['<%', '%>'],
    program: (file) => `erb ${shellWord(file)}`,
  },
  helm: {
    words: filledIn('{{ … }}'),
    // A field, a variable, a comment or a function: Jinja and others write a bare name.
    value:
      /\{\{-?\s*([.$]|\/\*|(include|template|tpl|if|else|end|range|with|define|block|toYaml|required|default|printf|quote|lookup)\b)[^]*\}\}/,
    text: ['{{', '}}'],
    program: (file) => `helm template ${shellWord(/^(.+)\/templates\//.exec(file)?.[1] ?? 'CHART')}`,
  },
  braces: { words: filledIn('{{ … }}'), value: /\{\{.*\}\}/, text: ['{{', '}}'] },
  envsubst: {
    words: filledIn('$…'),
    // In small letters a path may hold it, as `/odata/$metadata` does.
    value: /\$(\{[A-Za-z_]\w*(:?[-=+?][^}]*)?\}|[A-Z_][A-Z\d_]*\b)/,
    text: ['${', '}'],
    program: (file) => `envsubst < ${shellWord(file)}`,
  },
} satisfies Readonly<Record<string, Engine>>

export const patchEngine: Engine = engines.patch

/** A template is no object yet: what will be applied cannot be seen in it. */
export function templateFinding(position: FilePosition, { words, program, instead }: Engine): Finding {
  const check = commandLine('explain', { file: '-' })
  return fileFinding('AFF-FILE-SYNTAX', position, words, 'What will be applied cannot be seen here.', [
    program === undefined
      ? (instead ?? `fill it in, and give what comes of it to  ${check}`)
      : `${program(position.file === '-' ? 'FILE' : position.file)} | ${check}`,
  ])
}

/** What a text of YAML is a template of, by a mark in a value or key, or in a comment where a value should be. */
export function engineOf(value: unknown, comment: string | null | undefined): Engine | undefined {
  return all.find((engine) =>
    typeof value === 'string'
      ? engine.value?.test(value)
      : value === null && engine.comment?.test(comment ?? '') === true,
  )
}

/** What a file without an object is, by its name: charts and their tools have names of their own. */
export function engineOfFile(file: string): Engine | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1)
  if (/^Chart\.ya?ml$/.test(name)) return engines.chart
  if (/^helmfile(\.\w+)?\.ya?ml$/.test(name)) return engines.helmfile
  return /^(values\b.*|.*[-_.]values)\.ya?ml$/.test(name) ? engines.values : undefined
}

/** What objects of these kinds are made by. */
export function engineOfKind(kind: unknown, apiVersion: unknown): Engine | undefined {
  const [group] = String(apiVersion).split('/')
  if (group === 'kustomize.config.k8s.io') return engines.kustomization
  return kind === 'Template' && (apiVersion === 'v1' || group === 'template.openshift.io')
    ? engines.openshift
    : undefined
}

/** What the trouble with a text comes of: marks on its line, or on lines of their own. */
export function engineBreaking(text: string, line: number): Engine | undefined {
  const lines = text.split('\n')
  return all.find(({ text: marks, value }) => {
    if (marks === undefined || !text.includes(marks[1]) || value?.test(text) === false) return false
    const [open] = marks
    return lines[line - 1]?.includes(open) === true || lines.some((one) => one.trimStart().startsWith(open))
  })
}

const all: readonly Engine[] = Object.values(engines)
