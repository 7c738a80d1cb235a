import {
  type App,
  Stage as Assembly,
  CliCredentialsStackSynthesizer,
  type IStackSynthesizer,
  Validations,
} from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { CostsStack } from './costs.ts'
import type { Settings } from './settings.ts'
import { SkafferiStack } from './stack.ts'
import { type Stage, stageNamed, stages } from './stages.ts'

/**
 * The stack of the stage that the context names, and in an assembly of its own, which a plain `cdk deploy` leaves
 * alone, its budget. Context: `stage`, `emulated`, and `athena_endpoint`
 * for an emulator whose Athena lies elsewhere.
 */
export function skafferi(app: App, code: Settings['code'], among: readonly Stage[] = stages): SkafferiStack {
  const context = (name: string): string | undefined => app.node.tryGetContext(name)
  const stage = stageNamed(context('stage') ?? among[0]!.name, among)
  const emulated = context('emulated') === undefined ? null : { endpoints: endpointsFrom(context) }
  new CostsStack(new Assembly(app, 'costs'), stage.name, stage)
  const account = process.env.CDK_DEFAULT_ACCOUNT
  return new SkafferiStack(app, `skafferi-${stage.name}`, {
    settings: { stage, emulated, code },
    description: `Skafferi: which food public kitchens need, and what near-by farms can deliver (${stage.name})`,
    env: { region: stage.region, ...(account === undefined ? {} : { account }) },
    ...(emulated ? { synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer } : {}),
    tags: { ...stage.tags },
  })
}

/** Lets no assembly pass with a finding of AwsSolutions that is not acknowledged with its reason. */
export function holdToRules(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
}

function endpointsFrom(context: (name: string) => string | undefined): Record<string, string> {
  const athena = context('athena_endpoint')
  return athena === undefined ? {} : { AWS_ENDPOINT_URL_ATHENA: athena }
}
