import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { landedRecords } from '../../../core/lineage/landed-records.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function fileOf(content: string): Promise<string> {
  const file = join(await temporaryFolder(), 'landed.csv')
  await writeFile(file, content)
  return file
}

test('records are found by line over several chunks, whatever lies between', async () => {
  // 3 MB: every seventh record takes three lines, every fifth is followed by a blank one
  const texts = new Map<number, string>()
  let content = 'name,note\r\n'
  let line = 2
  for (let number = 0; content.length < 3 << 20; number++) {
    const text =
      number % 7 === 0 ? `${number},"one\r\n""two"",\nthree"` : `${number},${'å'.repeat(number % 50)}`
    texts.set(line, text)
    content += `${text}\r\n${number % 5 === 0 ? '\r\n' : ''}`
    line += (number % 7 === 0 ? 3 : 1) + (number % 5 === 0 ? 1 : 0)
  }
  const file = await fileOf(content)
  expect((await landedRecords(file, texts.keys())).texts).toEqual(texts)
  const some = [...texts].filter((_, at) => at % 1000 === 3)
  const found = await landedRecords(
    file,
    some.map(([at]) => at),
  )
  expect([...found.texts]).toEqual(some)
  expect(found.sha256).toBe(createHash('sha256').update(content).digest('hex'))
})

test('the header is the first line that is not blank, without byte order mark, quoted or not', async () => {
  expect(await landedRecords(await fileOf('\ufeff\r\n\r\n"a","b\nc"\r\n1,2'), [5])).toMatchObject({
    header: '"a","b\nc"',
    texts: new Map([[5, '1,2']]),
  })
})

test('a last record without line end is whole', async () => {
  const { texts } = await landedRecords(await fileOf('a,b\n1,2\n3,"4\n5"'), [3])
  expect(texts).toEqual(new Map([[3, '3,"4\n5"']]))
})
