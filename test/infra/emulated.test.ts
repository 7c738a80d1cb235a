import { expect, test } from 'vitest'
import { synthesised, type Template } from './templates.ts'

const ENDPOINT = 'http://127.0.0.1:4999'

test('the emulator gets what it can do, and all else is as on AWS', () => {
  const { stack: real } = synthesised()
  const { stack: emulated } = synthesised({ context: { emulated: '1', athena_endpoint: ENDPOINT } })
  expect(emulated).not.toEqual(real)
  expect(inTheirPlaces(emulated)).toEqual(inTheirPlaces(withoutWhatItLacks(real)))
})

test('without the context there is no trace of it', () => {
  const text = JSON.stringify(synthesised().stack)
  expect(text).not.toMatch(/127\.0\.0\.1|AWS_ENDPOINT_URL|x86_64/)
  expect(text).toContain('"aws:SecureTransport":"false"')
  expect(text).toContain('"s3:if-none-match":"true"')
})

/** The real template, changed in just the ways in which the emulator is told less. */
function withoutWhatItLacks(template: Template): Template {
  const changed = structuredClone(template) as unknown as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
  }
  for (const [id, { Type, Properties }] of Object.entries(changed.Resources)) {
    // alarms over arithmetic: the share of refusals, and runs that failed one way or another
    if (Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics !== undefined) delete changed.Resources[id]
    if (/^AWS::(S3::Bucket|SQS::Queue|SNS::Topic)Policy$/.test(Type)) {
      const document = Properties.PolicyDocument as { Statement: { Effect: string; Condition: object }[] }
      document.Statement = document.Statement.filter(
        ({ Effect, Condition }) =>
          Effect !== 'Deny' || !/SecureTransport|TlsVersion|if-none-match/.test(JSON.stringify(Condition)),
      )
    }
    if (Type === 'AWS::Lambda::Function') {
      Properties.Architectures = ['x86_64']
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> }
      Variables.AWS_ENDPOINT_URL_ATHENA = ENDPOINT
    }
  }
  return changed as unknown as Template
}

/** Leaves out policies that say nothing, and where assets lie, which depends on who uploads them. */
function inTheirPlaces(template: Template): Record<string, unknown> {
  const kept = Object.entries(template.Resources).filter(
    ([, { Properties }]) => Properties.PolicyDocument?.Statement.length !== 0,
  )
  return {
    Outputs: template.Outputs,
    Resources: Object.fromEntries(
      kept.map(([id, { Properties, ...resource }]) => {
        const { Code, ...properties } = Properties
        return [id, { ...resource, DependsOn: undefined, Properties: properties }]
      }),
    ),
  }
}
