import { Aws, CfnResource, Stack } from 'aws-cdk-lib'
import { CfnDatabase } from 'aws-cdk-lib/aws-glue'
import { Construct } from 'constructs'
import { catalogue, glueTableInput } from '../../schemas/catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Lake } from './lake.ts'

/** The lake's tables for Athena and whoever else reads Glue, from the schemas; never by a crawler. */
export class Catalogue extends Construct {
  readonly database: string

  constructor(scope: Construct, id: string, { stage }: Settings, lake: Lake) {
    super(scope, id)
    this.database = `skafferi_${stage.name.replaceAll('-', '_')}`
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.database, description: `The lake of Skafferi (${stage.name})` },
    })
    for (const table of catalogue) {
      const resource = new CfnResource(this, table.name, {
        type: 'AWS::Glue::Table',
        properties: {
          CatalogId: Aws.ACCOUNT_ID,
          DatabaseName: this.database,
          TableInput: glueTableInput(table, lake.url),
        },
      })
      resource.addResourceDependency(database)
    }
  }

  /** The catalogue, the database and its tables, as policies name them. */
  get arns(): string[] {
    return ['catalog', `database/${this.database}`, `table/${this.database}/*`].map((resource) =>
      Stack.of(this).formatArn({ service: 'glue', resource }),
    )
  }
}
