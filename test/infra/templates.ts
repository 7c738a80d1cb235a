import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import cdk from '../../cdk.json' with { type: 'json' }
import { holdToRules, skafferi } from '../../infra/assembly.ts'
import { type Stage, stages } from '../../infra/stages.ts'

/** A resource of a template. */
export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has no type that we know
  readonly Properties: any
}
/** A template, as `cdk deploy` hands it over. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>
}

/** How to synthesise. */
export interface Synthesis {
  readonly context?: Readonly<Record<string, string>>
  readonly among?: readonly Stage[]
  /** Holds the stacks against the rules too, which takes seconds. */
  readonly held?: boolean
}

/** The templates of a stage, with a folder of one small file in the place of each function's code. */
export function synthesised({ context = {}, among = stages, held = false }: Synthesis = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skafferi-synth-'))
  try {
    const code = join(folder, 'code')
    const app = new App({ context: { ...cdk.context, ...context }, outdir: join(folder, 'assembly') })
    if (held) holdToRules(app)
    process.env.CDK_VALIDATION = String(held)
    const stack = skafferi(app, () => tinyAsset(code), among)
    const assembly = app.synth()
    const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Template
    return {
      stack: read(assembly.getStackByName(stack.stackName).templateFullPath),
      costs: read(assembly.getNestedAssembly('assembly-costs').stacks[0]!.templateFullPath),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tinyAsset(folder: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'code.txt'), 'code\n')
  return folder
}

/** Resources of a type, by logical id. */
export const ofType = ({ Resources }: Template, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, resource]) => resource.Type === type)

/** The one resource of a type. */
export function onlyOf(template: Template, type: string): Resource & { readonly id: string } {
  const [[id, resource] = [], ...others] = ofType(template, type)
  if (id === undefined || others.length > 0) throw new Error(`${ofType(template, type).length} of ${type}`)
  return { id, ...resource! }
}

/** Every statement of every policy, of roles, buckets, queues and topics alike, each list as a list. */
export function statements(template: Template) {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    const documents = [Properties?.PolicyDocument, Properties?.AssumeRolePolicyDocument].filter(Boolean)
    return documents
      .flatMap((document) => document.Statement as Record<string, unknown>[])
      .map((statement) => ({
        id,
        type: Type,
        effect: statement.Effect as 'Allow' | 'Deny',
        actions: listed(statement.Action).map(String),
        resources: listed(statement.Resource).map((resource) => JSON.stringify(resource)),
        condition: statement.Condition,
        principal: statement.Principal,
      }))
  })
}

const listed = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** The id to which a reference leads: `Ref` or `Fn::GetAtt`. */
export function idOf(reference: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (reference ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] }
  return Ref ?? attribute?.[0]
}
