import { Stack, Validations } from 'aws-cdk-lib'
import type { CfnElement } from 'aws-cdk-lib/core'
import type { IConstruct } from 'constructs'

/** Accepts one finding of a rule of AwsSolutions, here and nowhere else. */
export function acknowledge(where: IConstruct, id: string, reason: string): void {
  Validations.of(where).acknowledge({ id: `AwsSolutions-${id}`, reason })
}

/** Accepts that a policy names these resources by a pattern. */
export function acknowledgePatterns(where: IConstruct, resources: readonly string[], reason: string): void {
  const patterns = new Set(resources.map((resource) => findingOf(where, resource)))
  for (const pattern of patterns)
    if (pattern.includes('*')) acknowledge(where, `IAM5[Resource::${pattern}]`, reason)
}

/** A resource as a finding names it: references by `<LogicalId.Attribute>`. */
function findingOf(where: IConstruct, resource: string): string {
  return flatten(Stack.of(where).resolve(resource))
}

function flatten(value: unknown): string {
  if (typeof value === 'string') return value
  const [[name, argument] = ['', '']] = Object.entries(value as Record<string, unknown>)
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]]
    return parts.map(flatten).join(separator)
  }
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`
  if (name === 'Ref') return `<${argument as string}>`
  return JSON.stringify(value)
}

/** The resource behind a construct, as CloudFormation has it. */
export function resourceOf<T extends CfnElement>(construct: IConstruct): T {
  return construct.node.defaultChild as T
}
