import { benchAnalysis } from './analysis.ts'
import { benchLanding } from './landing.ts'

/** `node bench/main.ts [landing|analysis|engines] [--small]`: small is only to see that it works; engines needs a Trino. */
const args = process.argv.slice(2)
const small = args.includes('--small')
const wanted = (name: string) => args.includes(name) || !args.some((arg) => !arg.startsWith('--'))
if (wanted('landing')) await benchLanding(small ? 20_000 : 5_000_000)
if (wanted('analysis')) await benchAnalysis(small)
if (args.includes('engines')) {
  const { benchEngines } = await import('./engines.ts')
  await benchEngines(small)
}
