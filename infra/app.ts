import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { holdToRules, skafferi } from './assembly.ts'
import { bundle } from './bundle.ts'

const app = new App()
const emulated = app.node.tryGetContext('emulated') !== undefined
const architecture = emulated ? 'x64' : 'arm64'
const bundles = mkdtempSync(join(tmpdir(), 'skafferi-bundles-'))
// an emulator is told less than the rules ask for
if (!emulated) holdToRules(app)
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
