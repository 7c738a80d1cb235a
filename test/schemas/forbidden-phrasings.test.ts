import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { forbiddenIn, forbiddenPhrasings } from '../../schemas/forbidden-phrasings.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('a text that procurement law does not allow', () => {
  test.each([
    'Ställ krav på lokal mat i upphandlingen.',
    'Kommunen bör kräva svenskt ursprung.',
    'Ställa krav på att maten är närodlad är ett sätt.',
    'Skriv in ett krav på svenskt kött.',
    'Inför ursprungskrav.',
    'Köp bara lokala råvaror.',
    'Köttet ska vara svenskt.',
    'Välj lokala leverantörer.',
    'Prioritera gärna lokala odlare.',
    'Gynna närodlat.',
    'Föredra svenska producenter framför andra.',
    'Upphandla lokalt!',
    'Köp mer närproducerat.',
    'Undvik importerat kött.',
    'Okänd odling: investera i mer.',
    'Investera där tillgången är okänd.',
    'Require local food.',
    'Tenders should require Swedish origin.',
    'The buyer may demand local produce.',
    'Insist on locally grown potatoes.',
    'Accept only local suppliers.',
    'A local-only tender.',
    'The meat must be Swedish.',
    'Prefer local suppliers.',
    'Choose a nearby farm? Choose local.',
    'Reward regional growers.',
    'Buy local!',
    'Kitchens could source locally.',
    'Avoid imported meat.',
    'Unknown supply is an investment to make.',
    'Invest where capacity is unknown.',
  ])('is found: %s', (text) => {
    expect(forbiddenIn(text)).not.toEqual([])
    expect(forbiddenIn(text.toUpperCase())).not.toEqual([])
  })

  test.each([
    'Redan köpt i närheten.',
    'Kräver både odling och förädling.',
    'Efterfrågan som inte möts av lokala köp och som kräver steget.',
    'Delade kontrakt, marknadsdialog och långa avtal är verktyg som står öppna.',
    'Andelen lokalt ligger mellan 10 % och 20 %.',
    'Okänt är inte noll: ingen har rapporterat.',
    'Local means inside one zone of a stated zoning.',
    'Demand of local kitchens, and what can be delivered near by.',
    'Shares of local food against the targets in force.',
    'Lots, market dialogue, long contracts and development contracts are tools that stand open.',
    'What is unknown is a question to ask.',
  ])('is not seen in: %s', (text) => {
    expect(forbiddenIn(text)).toEqual([])
  })

  test('is listed in both languages, each with a reason', () => {
    expect(new Set(forbiddenPhrasings.map(({ language }) => language))).toEqual(new Set(['sv', 'en']))
    for (const { reason } of forbiddenPhrasings) expect(reason).not.toBe('')
  })
})

test('no text of the program has a forbidden phrasing in it', () => {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).split('\n')
  const files = listed.filter(
    (file) =>
      /^(cli|core|schemas|sql|data\/derive)\/.*\.(ts|sql)$/.test(file) &&
      !file.endsWith('/forbidden-phrasings.ts'),
  )
  expect(files.length).toBeGreaterThan(100)
  const texts = [...files, 'docs/data-dictionary.md', 'data/SOURCES.md']
  const found = texts.flatMap((file) =>
    forbiddenIn(readFileSync(join(ROOT, file), 'utf8')).map((one) => `${file}: ${one.found} (${one.reason})`),
  )
  expect(found).toEqual([])
})
