import { FAT, STORAGE_LOSS, STORAGE_MONTHS, YIELDS } from './assumptions.ts'
import { type Row, round } from './csv.ts'
import { type Facts, factNumber, factRow, number, table } from './facts.ts'

type Step = { step: string; parent?: string; name_sv: string; name_en: string; yield: number }
type Form = { form: string; step?: string; name_sv: string; name_en: string; yield: number }
type Chain = { name_sv: string; name_en: string; fact: string; steps: Step[]; forms: Form[] }
type Words = [code: string, name_sv: string, name_en: string]

/** Harvest months in the order in which stored produce ages. */
const STORAGE_SEASON = [9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8]
const LOSS_DECIMALS = 4
const YIELD_DECIMALS = 5

const WASHED: Words = ['washed', 'Tvättad', 'Washed']
const PEELED: Words = ['peeled', 'Skalad', 'Peeled']
const DICED: Words = ['diced', 'Tärnad', 'Diced']
const DICED_FROZEN: Words = ['diced_frozen', 'Tärnad, fryst', 'Diced, frozen']
const SHREDDED: Words = ['shredded', 'Strimlad', 'Shredded']
const WHOLE: Words = ['whole', 'Hel', 'Whole']
const CUTS: Words = ['cuts', 'Styckat kött', 'Cuts']
const MINCE: Words = ['mince', 'Färs', 'Mince']
const SAUSAGE: Words = ['sausage', 'Korv och chark', 'Sausage and charcuterie']

const WASH: Words = ['wash', 'Tvätta och sortera', 'Wash and sort']
const PEEL: Words = ['peel', 'Skala', 'Peel']
const DICE: Words = ['dice', 'Tärna', 'Dice']
const SHRED: Words = ['shred', 'Strimla', 'Shred']
const FREEZE: Words = ['freeze', 'Frysa', 'Freeze']
const SLAUGHTER: Words = ['slaughter', 'Slakta', 'Slaughter']
const CUT: Words = ['cut', 'Stycka', 'Cut']
const MINCING: Words = ['mince', 'Mala', 'Mince']
const MAKE_SAUSAGE: Words = ['make_sausage', 'Göra korv', 'Make sausage']

/**
 * The chains, by product group. Every yield is kg of output per raw kg, so a child's yield contains its
 * parent's.
 */
export function chains(facts: Facts): Record<string, Chain> {
  return {
    potato: potato(facts),
    carrot: carrot(facts),
    root_other: rootOther(facts),
    cabbage: cabbage(facts),
    onion: onion(facts),
    leaf: leaf(),
    fruit_veg: fruitVeg(),
    pulse: pulse(),
    berry: berry(),
    fruit: unprocessed('Frukt', 'Fruit', 'FRUIT', WHOLE),
    beef: meat('Nötkött', 'Beef', 'BEEF', fromCarcass(facts, 'BEEF', 'boneless'), [MINCING, MAKE_SAUSAGE]),
    pork: meat('Griskött', 'Pork', 'PORK', fromCarcass(facts, 'PORK', 'boneless'), [MINCING, MAKE_SAUSAGE]),
    poultry: poultry(facts),
    lamb: meat('Lammkött', 'Lamb', 'LAMB', fromCarcass(facts, 'LAMB', 'boneless'), [MINCING]),
    reindeer: reindeer(facts),
    fish: fish(facts),
    milk: milk(facts),
    milk_fat: milkFat(),
    egg: egg(facts),
    grain: grain(facts),
    pasta_rice: unprocessed('Pasta och ris', 'Pasta and rice', 'PASTA_RICE', ['dry', 'Torr', 'Dry']),
    honey: unprocessed('Honung', 'Honey', 'HONEY', ['honey', 'Honung', 'Honey']),
  }
}

export function productGroups(facts: Facts): Row[] {
  return Object.entries(chains(facts)).map(([product_group, { name_sv, name_en, fact }]) => ({
    product_group,
    name_sv,
    name_en,
    cpv: factRow(facts, 'product_groups', { code: fact }).cpv!,
    quarterly_storage_loss: storageLoss(facts, product_group, fact),
  }))
}

export function processingSteps(facts: Facts): Row[] {
  return Object.entries(chains(facts)).flatMap(([product_group, { steps }]) =>
    steps.map(({ step, parent, name_sv, name_en, yield: kg }) => ({
      product_group,
      step,
      parent_step: parent ?? null,
      name_sv,
      name_en,
      yield: round(kg, YIELD_DECIMALS),
    })),
  )
}

export function productForms(facts: Facts): Row[] {
  return Object.entries(chains(facts)).flatMap(([product_group, { forms }]) =>
    forms.map(({ form, step, name_sv, name_en, yield: kg }) => ({
      product_group,
      form,
      step: step ?? null,
      name_sv,
      name_en,
      yield: round(kg, YIELD_DECIMALS),
    })),
  )
}

/** The yield as bundled, of a step. */
export function stepYield(facts: Facts, product_group: string, step: string): number {
  const found = chains(facts)[product_group]?.steps.find((candidate) => candidate.step === step)
  if (found === undefined) throw new Error(`no step ${step} in ${product_group}`)
  return round(found.yield, YIELD_DECIMALS)
}

/** 1 − (1 − a)(1 − b)(1 − c) over the last three months for which the facts have a loss. */
function storageLoss(facts: Facts, product_group: string, fact: string): number {
  const known = STORAGE_LOSS.value[product_group]
  if (known !== undefined) return known
  const monthly = STORAGE_SEASON.map((month) =>
    factRow(facts, 'storage_loss_monthly', { product_group: fact, month: String(month) }),
  )
  const stored = monthly.filter((row) => row.loss_percent_of_stock !== '').slice(-STORAGE_MONTHS.value)
  const kept = stored.reduce((share, row) => share * (1 - number(row.loss_percent_of_stock) / 100), 1)
  return round(1 - kept, LOSS_DECIMALS)
}

function potato(facts: Facts): Chain {
  const washed = factor(facts, 'POTATO', 'harvest', 'marketable (red. yield)')
  const peeled = washed * factor(facts, 'POTATO', 'washed', 'peeled/cut (industrial)')
  return rootChain('Potatis', 'Potato', 'POTATO', washed, peeled, peeled * YIELDS.value.potato_dice)
}

function carrot(facts: Facts): Chain {
  const washed = YIELDS.value.carrot_wash
  const peeled = washed * factor(facts, 'CARROT', 'washed', 'peeled/cut')
  const shredded = peeled * YIELDS.value.carrot_shred
  const chain = rootChain('Morot', 'Carrot', 'CARROT', washed, peeled, peeled * YIELDS.value.carrot_dice)
  return {
    ...chain,
    steps: [...chain.steps, step(SHRED, shredded, 'peel')],
    forms: [...chain.forms, form(SHREDDED, shredded, 'shred')],
  }
}

function rootOther(facts: Facts): Chain {
  const washed = YIELDS.value.root_other_wash
  const peeled = washed * factor(facts, 'ROOT_OTHER', 'washed', 'peeled/cut')
  const diced = peeled * YIELDS.value.root_other_dice
  return rootChain('Övriga rotfrukter', 'Other roots', 'ROOT_OTHER', washed, peeled, diced)
}

function rootChain(
  sv: string,
  en: string,
  fact: string,
  washed: number,
  peeled: number,
  diced: number,
): Chain {
  const frozen = diced * YIELDS.value.freeze
  const steps = [
    step(WASH, washed),
    step(PEEL, peeled, 'wash'),
    step(DICE, diced, 'peel'),
    step(FREEZE, frozen, 'dice'),
  ]
  const forms = [
    form(WASHED, washed, 'wash'),
    form(PEELED, peeled, 'peel'),
    form(DICED, diced, 'dice'),
    form(DICED_FROZEN, frozen, 'freeze'),
  ]
  return { name_sv: sv, name_en: en, fact, steps, forms }
}

function cabbage(facts: Facts): Chain {
  const cut = factor(facts, 'CABBAGE', 'head', 'trimmed/shredded')
  const frozen = cut * YIELDS.value.freeze
  return {
    name_sv: 'Kål',
    name_en: 'Cabbage and other brassicas',
    fact: 'CABBAGE',
    steps: [step(SHRED, cut), step(FREEZE, frozen, 'shred')],
    forms: [
      form(WHOLE, 1),
      form(SHREDDED, cut, 'shred'),
      form(['cut_frozen', 'Skuren, fryst', 'Cut, frozen'], frozen, 'freeze'),
    ],
  }
}

function onion(facts: Facts): Chain {
  const peeled = factor(facts, 'ONION', 'bulb', 'peeled')
  const diced = peeled * YIELDS.value.onion_dice
  return {
    name_sv: 'Lök',
    name_en: 'Onion',
    fact: 'ONION',
    steps: [step(PEEL, peeled), step(DICE, diced, 'peel')],
    forms: [form(WHOLE, 1), form(PEELED, peeled, 'peel'), form(DICED, diced, 'dice')],
  }
}

function leaf(): Chain {
  const cut = YIELDS.value.leaf_wash_cut
  return {
    name_sv: 'Sallad och bladgrönt',
    name_en: 'Lettuce and leaf vegetables',
    fact: 'LEAF',
    steps: [step(['wash_cut', 'Skölja och skära', 'Wash and cut'], cut)],
    forms: [form(WHOLE, 1), form(['washed_cut', 'Sköljd och skuren', 'Washed and cut'], cut, 'wash_cut')],
  }
}

function fruitVeg(): Chain {
  const sliced = YIELDS.value.fruit_veg_slice
  return {
    name_sv: 'Tomat, gurka, paprika',
    name_en: 'Tomato, cucumber, pepper',
    fact: 'FRUIT_VEG',
    steps: [step(['slice', 'Skiva', 'Slice'], sliced)],
    forms: [form(WHOLE, 1), form(['sliced', 'Skivad', 'Sliced'], sliced, 'slice')],
  }
}

function pulse(): Chain {
  const { pulse_clean: clean, pulse_cook: cook, pulse_freeze: frozen } = YIELDS.value
  return {
    name_sv: 'Baljväxter',
    name_en: 'Pulses',
    fact: 'PULSE',
    steps: [
      step(['clean', 'Torka och rensa', 'Dry and clean'], clean),
      step(['cook', 'Koka', 'Cook'], clean * cook, 'clean'),
      step(FREEZE, frozen),
    ],
    forms: [
      form(['dried', 'Torkade', 'Dried'], clean, 'clean'),
      form(['cooked', 'Kokta', 'Cooked'], clean * cook, 'cook'),
      form(['frozen', 'Frysta', 'Frozen'], frozen, 'freeze'),
    ],
  }
}

function berry(): Chain {
  const clean = YIELDS.value.berry_clean
  const frozen = clean * YIELDS.value.freeze
  return {
    name_sv: 'Bär',
    name_en: 'Berries',
    fact: 'BERRY',
    steps: [step(['clean', 'Rensa', 'Clean'], clean), step(FREEZE, frozen, 'clean')],
    forms: [
      form(['fresh', 'Färska', 'Fresh'], clean, 'clean'),
      form(['frozen', 'Frysta', 'Frozen'], frozen, 'freeze'),
    ],
  }
}

function unprocessed(name_sv: string, name_en: string, fact: string, words: Words): Chain {
  return { name_sv, name_en, fact, steps: [], forms: [form(words, 1)] }
}

/**
 * Cuts and mince both have the whole boneless yield: one pool. Sausage stretches it with water and starch.
 */
function meat(name_sv: string, name_en: string, fact: string, boneless: number, last: Words[]): Chain {
  const sausage = boneless / YIELDS.value.meat_in_sausage
  const yields: Record<string, number> = { mince: boneless, make_sausage: sausage }
  const forms = [
    form(CUTS, boneless, 'cut'),
    form(MINCE, boneless, 'mince'),
    form(SAUSAGE, sausage, 'make_sausage'),
  ]
  const steps = [step(SLAUGHTER, 1), step(CUT, boneless, 'slaughter')]
  const known = last.map((words) => step(words, yields[words[0]]!, 'cut'))
  return { name_sv, name_en, fact, steps: [...steps, ...known], forms: forms.slice(0, 1 + last.length) }
}

function poultry(facts: Facts): Chain {
  const boneless = fromCarcass(facts, 'POULTRY', 'boneless')
  const cooked = boneless * YIELDS.value.poultry_cook
  return {
    name_sv: 'Fågelkött',
    name_en: 'Poultry',
    fact: 'POULTRY',
    steps: [
      step(SLAUGHTER, 1),
      step(CUT, boneless, 'slaughter'),
      step(['cook_dice', 'Tillaga och tärna', 'Cook and dice'], cooked, 'cut'),
    ],
    forms: [
      form(CUTS, boneless, 'cut'),
      form(['cooked_diced', 'Tillagad, tärnad', 'Cooked, diced'], cooked, 'cook_dice'),
    ],
  }
}

function reindeer(facts: Facts): Chain {
  const meatYield = factor(facts, 'REINDEER', 'carcass', 'meat_to_market')
  return {
    name_sv: 'Renkött',
    name_en: 'Reindeer',
    fact: 'GAME_REINDEER',
    steps: [
      step(SLAUGHTER, 1),
      step(CUT, meatYield, 'slaughter'),
      step(['shave', 'Skava', 'Shave'], meatYield, 'cut'),
    ],
    forms: [form(CUTS, meatYield, 'cut'), form(['shaved', 'Skav', 'Shaved'], meatYield, 'shave')],
  }
}

function fish(facts: Facts): Chain {
  const fillet = factor(facts, 'FISH', 'round fish', 'fillet')
  const frozen = fillet * YIELDS.value.freeze
  return {
    name_sv: 'Fisk',
    name_en: 'Fish',
    fact: 'FISH',
    steps: [step(['fillet', 'Filea', 'Fillet'], fillet), step(FREEZE, frozen, 'fillet')],
    forms: [
      form(['fillet', 'Filé', 'Fillet'], fillet, 'fillet'),
      form(['fillet_frozen', 'Filé, fryst', 'Fillet, frozen'], frozen, 'freeze'),
    ],
  }
}

function milk(facts: Facts): Chain {
  const drinking = factor(facts, 'MILK', 'raw milk', 'drinking milk')
  const cultured = drinking * YIELDS.value.milk_culture
  const cheese = factor(facts, 'MILK', 'raw milk', 'hard cheese')
  return {
    name_sv: 'Mjölk',
    name_en: 'Milk',
    fact: 'MILK',
    steps: [
      step(['pasteurise', 'Pastörisera', 'Pasteurise'], drinking),
      step(['culture', 'Syra', 'Culture'], cultured, 'pasteurise'),
      step(['make_cheese', 'Ysta', 'Make cheese'], cheese, 'pasteurise'),
    ],
    forms: [
      form(['drinking_milk', 'Dryckesmjölk', 'Drinking milk'], drinking, 'pasteurise'),
      form(['yoghurt', 'Fil och yoghurt', 'Sour milk and yoghurt'], cultured, 'culture'),
      form(['cheese', 'Ost', 'Cheese'], cheese, 'make_cheese'),
    ],
  }
}

/** Raw kg of this group are kg of fat, so cream and butter weigh more than the raw kg in them. */
function milkFat(): Chain {
  const cream = 1 / FAT.value.cream
  const butter = 1 / FAT.value.butter
  return {
    name_sv: 'Mjölkfett',
    name_en: 'Milk fat',
    fact: 'CREAM',
    steps: [
      step(['separate', 'Separera', 'Separate'], cream),
      step(['churn', 'Kärna', 'Churn'], butter, 'separate'),
    ],
    forms: [
      form(['cream', 'Grädde', 'Cream'], cream, 'separate'),
      form(['butter', 'Smör', 'Butter'], butter, 'churn'),
    ],
  }
}

function egg(facts: Facts): Chain {
  const liquid = factor(facts, 'EGG', 'shell egg', 'liquid egg')
  return {
    name_sv: 'Ägg',
    name_en: 'Egg',
    fact: 'EGG',
    steps: [step(['break', 'Knäcka och pastörisera', 'Break and pasteurise'], liquid)],
    forms: [
      form(['shell', 'Skalägg', 'Shell eggs'], 1),
      form(['liquid', 'Äggmassa', 'Liquid egg'], liquid, 'break'),
    ],
  }
}

/** Cleaning to food grade is part of the mill: the two are missing together. */
function grain(facts: Facts): Chain {
  const cleaned = factor(facts, 'FLOUR_GRAIN', 'harvested grain', 'food-grade after cleaning')
  const flour = cleaned * factor(facts, 'FLOUR_GRAIN', 'cleaned wheat/barley', 'sifted flour')
  const flakes = cleaned * factor(facts, 'FLOUR_GRAIN', 'oats', 'rolled oats')
  const bread = flour * YIELDS.value.bread_per_flour
  return {
    name_sv: 'Spannmål',
    name_en: 'Grain',
    fact: 'FLOUR_GRAIN',
    steps: [
      step(['mill', 'Rensa och mala', 'Clean and mill'], flour),
      step(['bake', 'Baka', 'Bake'], bread, 'mill'),
      step(['roll', 'Rensa och valsa', 'Clean and roll'], flakes),
    ],
    forms: [
      form(['flour', 'Mjöl', 'Flour'], flour, 'mill'),
      form(['bread', 'Bröd', 'Bread'], bread, 'bake'),
      form(['flakes', 'Gryn och flingor', 'Groats and flakes'], flakes, 'roll'),
    ],
  }
}

function step([code, name_sv, name_en]: Words, kg: number, parent?: string): Step {
  return { step: code, name_sv, name_en, yield: kg, ...(parent !== undefined && { parent }) }
}

function form([code, name_sv, name_en]: Words, kg: number, after?: string): Form {
  return { form: code, name_sv, name_en, yield: kg, ...(after !== undefined && { step: after }) }
}

function fromCarcass(facts: Facts, product_group: string, to: string): number {
  return factor(facts, product_group, 'carcass', to)
}

function factor(facts: Facts, product_group: string, from_stage: string, to_stage: string): number {
  return factNumber(facts, 'yields', { product_group, from_stage, to_stage }, 'factor')
}

/** Product groups that the facts describe and the chains leave out. */
export function uncoveredFacts(facts: Facts, covered: string[]): string[] {
  return table(facts, 'product_groups')
    .map((row) => row.code!)
    .filter((code) => !covered.includes(code))
}
