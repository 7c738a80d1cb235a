import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { javaFor } from './versions.ts'

/** A certificate of 127.0.0.1 that vouches for itself. */
export interface Certificate {
  /** With its key, for a server. */
  readonly pfx: Buffer
  readonly passphrase: string
  /** Path of the certificate alone, for those who are to trust it. */
  readonly path: string
}

/** Makes a certificate in a folder with what comes with Java. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const java = javaFor('keytool', 17)
  const keytool = java === 'java' ? 'keytool' : join(dirname(java), 'keytool')
  const [store, path, passphrase] = [join(folder, 'server.p12'), join(folder, 'server.pem'), 'of-no-worth']
  const from = ['-keystore', store, '-storepass', passphrase, '-storetype', 'PKCS12', '-alias', 'server']
  const whose = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-ext', 'bc=ca:true']
  const run = promisify(execFile)
  await run(keytool, ['-genkeypair', ...from, ...whose, '-keyalg', 'EC', '-validity', '2'])
  await run(keytool, ['-exportcert', '-rfc', '-file', path, ...from])
  return { pfx: await readFile(store), passphrase, path }
}
