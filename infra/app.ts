import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { skafferi } from './assembly.ts'
import { bundle } from './bundle.ts'

const app = new App()
const architecture = app.node.tryGetContext('emulated') === undefined ? 'arm64' : 'x64'
const bundles = mkdtempSync(join(tmpdir(), 'skafferi-bundles-'))

try {
  skafferi(app, (name) => {
    const folder = join(bundles, name)
    bundle(name, folder, { architecture })
    return folder
  })
} finally {
  // each has been copied into the assembly
  rmSync(bundles, { recursive: true })
}
