/**
 * Every number that is not read from data/facts, with unit, source and reason. `source` is an S-code of
 * references.ts or `general knowledge`: replace the latter first when something better is known.
 */
export type Assumption<Value = number> = { value: Value; unit: string; source: string; reason: string }

type Shares = Record<string, number>

const GENERAL = 'general knowledge'

function assume<Value>(value: Value, unit: string, source: string, reason: string): Assumption<Value> {
  return { value, unit, source, reason }
}

// --- time -------------------------------------------------------------------------------------------------

export const FIRST_QUARTER = assume(
  '2023-Q1',
  'quarter',
  GENERAL,
  'four quarters with a window of eight each reach eleven quarters back: every figure from ' +
    '2025-Q3 on has all of it',
)
export const LAST_QUARTER = assume('2026-Q3', 'quarter', GENERAL, 'the newest quarter that has ended')

// --- what is on offer -------------------------------------------------------------------------------------

export const OFFERED_SHARE = assume(
  0.2,
  'share of output and capacity that is on offer to public kitchens',
  GENERAL,
  'Public kitchens are 4 % of all food purchases (S0), so 4 % is what they would get if ' +
    'everyone sold evenly; ' +
    'farms say they would sell more if contracts existed, but no figure was found. 20 % is a round number ' +
    'between 4 % and everything; read every result at 4 %, 20 % and 100 %.',
)
export const OFFERED_SHARE_VARIANTS = assume(
  [0.04, 0.2, 1],
  'shares at which the headline should be shown',
  'S0',
  'the public share of all food purchases, the value used, and everything: the three readings of "on offer"',
)

// --- portions ---------------------------------------------------------------------------------------------

export const SERVING_DAYS = assume<Record<string, Record<number, number>>>(
  { school: { 1: 53, 2: 46, 3: 30, 4: 49 }, preschool: { 1: 60, 2: 56, 3: 55, 4: 59 } },
  'serving days in quarter 1, 2, 3, 4',
  GENERAL,
  '178 school days a year (the minimum of the school ordinance as remembered), autumn term ' +
    'from about 20 August; ' +
    'preschools about 230 days, July at half staff. Segments not named here serve every day of the quarter.',
)
export const SCHOOL_DAYS_PER_YEAR = assume(178, 'days', GENERAL, 'portions.csv; anchor for SERVING_DAYS')
export const SEGMENTS_NOT_SERVED = assume<Record<string, string[]>>(
  { NO: ['school'] },
  'segments without public meals, by country',
  GENERAL,
  'Norwegian schools serve no free lunch as a rule (pupils bring a packed one); Finnish schools do',
)

// --- places beyond the facts ------------------------------------------------------------------------------

type KnownPlace = { population?: number; latitude?: number; longitude?: number }
export const KNOWN_PLACES = assume<Record<string, KnownPlace>>(
  {
    '24': { latitude: 63.83, longitude: 20.26 },
    '25': { population: 248000, latitude: 65.58, longitude: 22.15 },
    '22': { population: 241000, latitude: 62.63, longitude: 17.94 },
    '23': { population: 132000, latitude: 63.18, longitude: 14.64 },
    'NO-18': { population: 243000, latitude: 67.28, longitude: 14.4 },
    'NO-55': { population: 169000, latitude: 69.65, longitude: 18.96 },
    'FI-12': { population: 178000, latitude: 63.1, longitude: 21.62 },
    'FI-07': { population: 68000, latitude: 63.84, longitude: 23.13 },
    'FI-14': { population: 419000, latitude: 65.01, longitude: 25.47 },
    'FI-10': { population: 176000, latitude: 66.5, longitude: 25.72 },
  },
  'inhabitants about 2024, rounded to thousands; degrees of the seat, WGS 84',
  GENERAL,
  'not in the facts; rounded because remembered, not looked up. They only scale demand beyond the county',
)

// --- product chains ---------------------------------------------------------------------------------------

export const YIELDS = assume(
  {
    potato_dice: 0.95,
    carrot_wash: 0.6,
    carrot_dice: 0.95,
    carrot_shred: 0.95,
    root_other_wash: 0.75,
    root_other_dice: 0.95,
    freeze: 0.98,
    onion_dice: 0.95,
    leaf_wash_cut: 0.75,
    fruit_veg_slice: 0.9,
    pulse_clean: 0.95,
    pulse_cook: 2.2,
    pulse_freeze: 0.9,
    berry_clean: 0.95,
    poultry_cook: 0.75,
    milk_culture: 0.98,
    bread_per_flour: 1.35,
    meat_in_sausage: 0.7,
  },
  'kg out per kg in of this step',
  GENERAL,
  'Not in yields.csv. carrot_wash lies between 0.44 (first class, Poland, S42) and 0.75 ' +
    'because kitchens accept ' +
    'what shops sort out. pulse_cook takes up water, bread_per_flour takes up water; sausage is 70 % meat.',
)
export const FAT = assume(
  { raw_milk: 0.042, fresh_products: 0.019, cream: 0.4, butter: 0.8 },
  'kg of fat per kg',
  GENERAL,
  'Standardising fresh milk leaves raw_milk minus fresh_products of fat: the supply of ' +
    'milk_fat. Fat in cheese ' +
    'stays there, so that no kg of fat is counted twice.',
)
export const STORAGE_LOSS = assume<Shares>(
  {
    leaf: 1,
    fruit_veg: 1,
    pulse: 0.01,
    berry: 0.03,
    fruit: 0.15,
    beef: 1,
    pork: 1,
    poultry: 1,
    lamb: 0.03,
    reindeer: 0.03,
    fish: 1,
    milk: 1,
    milk_fat: 1,
    egg: 1,
    grain: 0.01,
    pasta_rice: 0.01,
    honey: 0,
  },
  'share of the stock lost in a quarter (1 = cannot be stored)',
  GENERAL,
  'Beef, pork, poultry, milk and eggs come all year and are sold fresh; lamb and reindeer ' +
    'are slaughtered in ' +
    'season and frozen; berries are frozen when picked; grain and pulses are dry. Other groups: facts.',
)
export const STORAGE_MONTHS = assume(
  3,
  'last months of the storage season that are composed into one quarter',
  GENERAL,
  'the contract has one loss for all quarters; the last three months with a loss (spring) ' +
    'are the worst, which ' +
    'errs towards too little stock',
)

// --- portion profiles -------------------------------------------------------------------------------------

type Split = [product_group: string, form: string, share: number][]
export const FORM_SPLIT = assume<Record<string, Split>>(
  {
    POTATO: [
      ['potato', 'washed', 0.35],
      ['potato', 'peeled', 0.35],
      ['potato', 'diced', 0.15],
      ['potato', 'diced_frozen', 0.15],
    ],
    CARROT: [
      ['carrot', 'washed', 0.35],
      ['carrot', 'peeled', 0.25],
      ['carrot', 'shredded', 0.2],
      ['carrot', 'diced', 0.1],
      ['carrot', 'diced_frozen', 0.1],
    ],
    ROOT_OTHER: [
      ['root_other', 'washed', 0.4],
      ['root_other', 'peeled', 0.3],
      ['root_other', 'diced', 0.3],
    ],
    CABBAGE: [
      ['cabbage', 'whole', 0.4],
      ['cabbage', 'shredded', 0.45],
      ['cabbage', 'cut_frozen', 0.15],
    ],
    ONION: [
      ['onion', 'whole', 0.5],
      ['onion', 'peeled', 0.2],
      ['onion', 'diced', 0.3],
    ],
    LEAF: [
      ['leaf', 'whole', 0.5],
      ['leaf', 'washed_cut', 0.5],
    ],
    FRUIT_VEG: [
      ['fruit_veg', 'whole', 0.9],
      ['fruit_veg', 'sliced', 0.1],
    ],
    VEG_FROZEN: [
      ['carrot', 'diced_frozen', 0.3],
      ['cabbage', 'cut_frozen', 0.3],
      ['pulse', 'frozen', 0.3],
      ['root_other', 'diced_frozen', 0.1],
    ],
    PULSE: [
      ['pulse', 'dried', 0.4],
      ['pulse', 'cooked', 0.6],
    ],
    BERRY: [
      ['berry', 'fresh', 0.05],
      ['berry', 'frozen', 0.95],
    ],
    FRUIT: [['fruit', 'whole', 1]],
    BEEF: [
      ['beef', 'cuts', 0.3],
      ['beef', 'mince', 0.7],
    ],
    PORK: [
      ['pork', 'cuts', 0.7],
      ['pork', 'mince', 0.3],
    ],
    POULTRY: [
      ['poultry', 'cuts', 0.6],
      ['poultry', 'cooked_diced', 0.4],
    ],
    LAMB: [
      ['lamb', 'cuts', 0.6],
      ['lamb', 'mince', 0.4],
    ],
    GAME_REINDEER: [
      ['reindeer', 'cuts', 0.2],
      ['reindeer', 'shaved', 0.8],
    ],
    CHARCUTERIE: [
      ['pork', 'sausage', 0.7],
      ['beef', 'sausage', 0.3],
    ],
    FISH: [
      ['fish', 'fillet', 0.1],
      ['fish', 'fillet_frozen', 0.9],
    ],
    MILK: [
      ['milk', 'drinking_milk', 0.85],
      ['milk', 'yoghurt', 0.15],
    ],
    YOGHURT: [['milk', 'yoghurt', 1]],
    CHEESE: [['milk', 'cheese', 1]],
    CREAM: [['milk_fat', 'cream', 1]],
    BUTTER: [['milk_fat', 'butter', 0.5]],
    EGG: [
      ['egg', 'shell', 0.5],
      ['egg', 'liquid', 0.5],
    ],
    BREAD: [['grain', 'bread', 1]],
    FLOUR_GRAIN: [
      ['grain', 'flour', 0.6],
      ['grain', 'flakes', 0.4],
    ],
    PASTA_RICE: [['pasta_rice', 'dry', 1]],
    HONEY: [['honey', 'honey', 1]],
  },
  'share of the grams of a fact group that is bought as this form',
  GENERAL,
  'S0 names the forms (washed, peeled, diced, cut or frozen roots; cut meat) but no shares. ' +
    'The half of BUTTER ' +
    'that is vegetable fat has no chain here and is left out; sour milk counts as yoghurt.',
)
export const MEAT_GROUPS = ['BEEF', 'PORK', 'POULTRY', 'LAMB', 'CHARCUTERIE']
export const EGG_CEILING = assume(
  400 / 550,
  'kg of egg per inhabitant and year',
  'S12',
  'Göteborg bought just under 400 t for 550 000 inhabitants, shell and liquid eggs together',
)
export const MEAT_LEVEL = assume(
  1.18,
  'factor on the grams of meat in portion_profile.csv',
  'S11',
  'the draft profile met 2.22 kg meat per inhabitant with 15.4 million portions a year; ' +
    'calibrated to 42 000 ' +
    'portions a day (S0) there are fewer, so each holds more',
)

// --- prices -----------------------------------------------------------------------------------------------

export const PRICES = assume<Record<string, Shares>>(
  {
    potato: { washed: 8, peeled: 16, diced: 19, diced_frozen: 20 },
    carrot: { washed: 10, peeled: 18, shredded: 24, diced: 22, diced_frozen: 19 },
    root_other: { washed: 13, peeled: 22, diced: 26, diced_frozen: 22 },
    cabbage: { whole: 12, shredded: 24, cut_frozen: 24 },
    onion: { whole: 10, peeled: 18, diced: 24 },
    leaf: { whole: 45, washed_cut: 65 },
    fruit_veg: { whole: 34, sliced: 48 },
    pulse: { dried: 22, cooked: 21, frozen: 21 },
    berry: { fresh: 75, frozen: 42 },
    fruit: { whole: 20 },
    beef: { cuts: 115, mince: 80, sausage: 58 },
    pork: { cuts: 72, mince: 62, sausage: 55 },
    poultry: { cuts: 66, cooked_diced: 90 },
    lamb: { cuts: 125, mince: 105 },
    reindeer: { cuts: 230, shaved: 190 },
    fish: { fillet: 125, fillet_frozen: 75 },
    milk: { drinking_milk: 8.5, yoghurt: 13, cheese: 70 },
    milk_fat: { cream: 32, butter: 70 },
    egg: { shell: 30, liquid: 38 },
    grain: { flour: 9, flakes: 14, bread: 30 },
    pasta_rice: { dry: 17 },
    honey: { honey: 75 },
  },
  'SEK per kg of the form without VAT, price level of 2023',
  GENERAL,
  'No public price list per product was found. The level is tied to 59.38 SEK per kg meat in ' +
    '2018 (S11), 14.8 SEK ' +
    'per portion in 2023 (S61, S62) and 15.8 % of the value for dairy (S61).',
)
export const MEAT_PRICE_INFLATION = assume(
  1.28,
  'price level 2023 / 2018',
  GENERAL,
  'consumer prices of food in Sweden as remembered: about +6 % 2018-2021, +9 % 2022, +11 % 2023',
)
export const PROFILE_VALUE_SHARE = assume(
  0.9,
  'share of the food spend that the product groups here cover',
  GENERAL,
  'coffee, sugar, oil, margarine, spices, sauces and special diets have no chain here',
)

// --- production -------------------------------------------------------------------------------------------

export const FARMLAND_KEY = assume<Shares>(
  {
    '2482': 33,
    '2480': 22,
    '2409': 12,
    '2460': 7,
    '2401': 6,
    '2404': 6,
    '2403': 3,
    '2417': 3,
    '2481': 3,
    '2418': 1,
    '2421': 1,
    '2462': 1,
    '2463': 1,
    '2422': 0.5,
    '2425': 0.5,
  },
  'per cent of the farmland of Västerbotten',
  GENERAL,
  'municipal statistics were not found; the order of the municipalities by arable land is ' +
    'remembered. Splits the ' +
    "county's potato, grain, milk, beef, pork and lamb",
)
export const REINDEER_KEY = assume<Shares>(
  { '2421': 2, '2422': 2, '2462': 2, '2418': 1 },
  'samebyar by the municipality they belong to',
  GENERAL,
  'seven samebyar (S16); which municipality each belongs to is remembered',
)
export const POTATO_AREA = assume(
  365,
  'ha of table potatoes in Västerbotten',
  GENERAL,
  'middle of 330-400 ha, the range behind the planning value of 6 500 t in production.csv; ' +
    'the rest of the area ' +
    'of SE33 (850 ha, S28) is taken for Norrbotten',
)
export const KEY_OF_SE33 = assume(
  'cattle',
  'animals whose share in Västerbotten splits what is only known for SE33',
  'S28 S34',
  'Västerbotten 36 800 (2019) of 57 390 cattle in SE33 (2014) = 64 %: the key for cereals, ' +
    'pigs and sheep, because ' +
    'feed grain and animals lie where the farms are',
)
export const CARCASS_PER_HEAD = assume(
  { cattle: 61, pig: 178, sheep: 8 },
  'kg of carcass per animal in the December count and year',
  'S28 S35 S36 S37',
  'cattle: Jämtland 1 811 t / 29 741 head; pigs: 20 700 t in a month x 12 / about 1.4 ' +
    'million pigs; sheep: about ' +
    '5 000 t / 0.6 million. The national numbers of pigs and sheep are general knowledge.',
)
export const MILK_PER_COW = assume(
  8600,
  'kg of raw milk per cow and year',
  GENERAL,
  'the yield behind 120 000 t for Västerbotten in production.csv, used for Norrbotten too',
)
export const REINDEER_SHARE = assume<Shares>(
  { '25': 0.75, '23': 0.25 },
  'share of the slaughter outside Västerbotten',
  GENERAL,
  'winter herds by county are remembered as about 150 000 in Norrbotten and 50 000 in Jämtland',
)
export const GRAIN_ON_OFFER = assume(
  0,
  'share of the cereal harvest on offer as food',
  'S21',
  'grain for human food is close to zero in the north: the harvest is feed. It is produced, ' +
    'and not on offer ' +
    'at any price today, so OFFERED_SHARE does not apply',
)
export const SEASONS = assume<Record<string, Record<number, number>>>(
  {
    potato: { 8: 0.2, 9: 0.6, 10: 0.2 },
    grain: { 8: 0.5, 9: 0.5 },
    lamb: { 1: 0.04, 2: 0.03, 3: 0.03, 5: 0.05, 6: 0.05, 8: 0.15, 9: 0.2, 10: 0.2, 11: 0.15, 12: 0.1 },
    reindeer: { 1: 0.2, 2: 0.1, 9: 0.25, 11: 0.2, 12: 0.25 },
  },
  'share of the year by month of harvest or slaughter',
  GENERAL,
  'groups not named here come evenly over the year',
)

// --- processing -------------------------------------------------------------------------------------------

export const DAIRY_SITES = assume<Record<string, Shares>>(
  {
    fresh: { '2480': 0.7, '25': 0.3 },
    cheese: { '2480': 0.5, '2482': 0.5 },
    other: { '2480': 1 },
  },
  'share of the use of milk by place of the plant (Umeå, Burträsk in Skellefteå, Luleå)',
  GENERAL,
  'the plants are known (S10, S65), their tonnes are not',
)

// --- procurement ------------------------------------------------------------------------------------------

export const CONTRACT_YEARS = assume(4, 'years', 'S0', 'the joint procurements come every fourth year')
export const CONTRACT_STARTS = assume<Record<string, Record<string, string>>>(
  {
    umea: { produce: '2024-02-01', meat_fish: '2024-10-01', dairy_egg: '2023-06-01', grocery: '2025-05-01' },
    skelleftea: {
      produce: '2023-11-01',
      meat_fish: '2024-05-01',
      dairy_egg: '2025-01-01',
      grocery: '2024-05-01',
    },
    lycksele: {
      produce: '2025-10-01',
      meat_fish: '2023-04-01',
      dairy_egg: '2024-03-01',
      grocery: '2023-04-01',
    },
  },
  'first day of the contracts of a joint procurement, by group of goods',
  GENERAL,
  'Dates are invented so that the calendar works; ask the three lead municipalities for the real ones',
)
export const BJURHOLM_TARGET = assume(0.4, 'share of spend', 'S0', 'Bjurholm aims at 40 % local food (2018)')
export const REGION_ORGANIC_TARGET = assume(
  0.35,
  'share of spend',
  'S0',
  'the Region aims at 35 % organic (2018)',
)

// --- how sure ---------------------------------------------------------------------------------------------

export const MARGINS = assume(
  { reported: 0.03, derived: 0.2, assumed: 0.4 },
  'margin',
  GENERAL,
  'reported: rounding and late corrections. derived: published figures for the same thing differ by 12 % ' +
    '(Skellefteå 17 000 or 19 300) to 28 % (Umeå 25 000 or 31 990). assumed: own estimates; ' +
    'harvests vary by 1.4 ' +
    '(potatoes) to 2.0 (cereals) between years',
)
export const GRACE_DAYS = assume(45, 'days', GENERAL, 'six weeks to close the books of a quarter')

// --- tolerances of the derive-time checks -----------------------------------------------------------------

export const TOLERANCE = assume(
  { meat: 0.1, dairy: 0.1, meat_price: 0.1, spend: 0.25 },
  'largest relative distance from an anchor',
  GENERAL,
  'wider for spend because the anchor divides all spend by portions that S0 contradicts',
)

// --- the invented purchases of data/example-purchases -----------------------------------------------------

type Weighted = [place: string, weight: number][]
export const EXAMPLE = assume(
  {
    seed: 20260930,
    first_quarter: '2025-Q4',
    /** Share of the modelled demand that the lines of a buyer add up to. */
    covered: { '2480': 0.7, '2482': 0.85, '2481': 0.65, '2403': 0.9, '2409': 0.55, '24': 0.8 } as Shares,
    /** Kitchens that order, by buyer. */
    kitchens: { '2480': 12, '2482': 10, '2481': 4, '2403': 1, '2409': 2, '24': 1 } as Shares,
    covered_spread: 0.15,
    lines_per_form: { least: 2, most: 5 },
    line_spread: 0.6,
    price_spread: 0.12,
    organic_premium: 1.25,
    organic: 0.28,
    organic_unknown: 0.1,
    without_sek: 0.04,
    without_date: 0.03,
    credit_lines: 0.01,
    credited: 0.3,
    /** Share of a local group that the municipality buys itself, outside the wholesaler. */
    direct: { potato: 0.25, reindeer: 0.4, root_other: 0.1, carrot: 0.1 } as Shares,
  },
  'shares, counts and factors',
  'invented',
  'plausible, not observed: no purchase line of the region is public',
)
/** `own` is the buyer's municipality (the county for the county's kitchens), an empty place is unknown. */
export const EXAMPLE_ORIGINS = assume<Record<string, Weighted>>(
  {
    potato: [
      ['own', 20],
      ['2409', 10],
      ['25', 10],
      ['22', 5],
      ['SE', 30],
      ['DE', 9],
      ['', 16],
    ],
    carrot: [
      ['own', 5],
      ['23', 5],
      ['12', 35],
      ['SE', 40],
      ['NL', 7],
      ['', 8],
    ],
    root_other: [
      ['own', 5],
      ['25', 5],
      ['12', 30],
      ['SE', 40],
      ['DK', 10],
      ['', 10],
    ],
    cabbage: [
      ['FI-12', 20],
      ['12', 20],
      ['SE', 20],
      ['ES', 32],
      ['', 8],
    ],
    onion: [
      ['SE', 70],
      ['NL', 22],
      ['', 8],
    ],
    leaf: [
      ['SE', 30],
      ['ES', 50],
      ['IT', 12],
      ['', 8],
    ],
    fruit_veg: [
      ['SE', 18],
      ['NL', 40],
      ['ES', 37],
      ['', 5],
    ],
    pulse: [
      ['09', 15],
      ['SE', 19],
      ['IT', 40],
      ['BE', 20],
      ['', 6],
    ],
    berry: [
      ['24', 5],
      ['FI-14', 10],
      ['SE', 25],
      ['PL', 45],
      ['', 15],
    ],
    fruit: [
      ['SE', 12],
      ['IT', 40],
      ['ES', 38],
      ['', 10],
    ],
    beef: [
      ['24', 20],
      ['25', 8],
      ['SE', 60],
      ['IE', 7],
      ['', 5],
    ],
    pork: [
      ['24', 8],
      ['22', 5],
      ['SE', 75],
      ['DK', 8],
      ['', 4],
    ],
    poultry: [
      ['SE', 92],
      ['DK', 6],
      ['', 2],
    ],
    lamb: [
      ['24', 15],
      ['SE', 35],
      ['IE', 45],
      ['', 5],
    ],
    reindeer: [
      ['2422', 20],
      ['2462', 20],
      ['24', 20],
      ['25', 30],
      ['', 10],
    ],
    fish: [
      ['NO', 55],
      ['SE', 15],
      ['PL', 20],
      ['', 10],
    ],
    milk: [
      ['24', 55],
      ['25', 15],
      ['23', 10],
      ['SE', 10],
      ['', 10],
    ],
    milk_fat: [
      ['24', 35],
      ['25', 10],
      ['SE', 35],
      ['DK', 10],
      ['', 10],
    ],
    egg: [
      ['SE', 95],
      ['', 5],
    ],
    grain: [
      ['SE', 80],
      ['DK', 8],
      ['', 12],
    ],
    pasta_rice: [
      ['SE', 8],
      ['IT', 71],
      ['', 21],
    ],
    honey: [
      ['SE', 40],
      ['DE', 30],
      ['', 30],
    ],
  },
  'weight of an origin among the lines',
  'S50 S7',
  'Swedish, foreign and unknown shares lean on the national municipal purchases of 2022 ' +
    '(S50); the local part is invented',
)
/** Where a product from Sweden is processed; what comes from abroad is processed there. */
export const EXAMPLE_PROCESSED = assume<Record<string, Weighted>>(
  {
    roots: [
      ['2480', 25],
      ['2482', 10],
      ['25', 10],
      ['SE', 40],
      ['', 15],
    ],
    meat: [
      ['24', 10],
      ['25', 20],
      ['22', 5],
      ['SE', 55],
      ['', 10],
    ],
    dairy: [
      ['2480', 60],
      ['2482', 10],
      ['25', 15],
      ['SE', 10],
      ['', 5],
    ],
    grain: [
      ['2482', 10],
      ['25', 25],
      ['SE', 55],
      ['', 10],
    ],
    other: [
      ['SE', 70],
      ['', 30],
    ],
  },
  'weight of a place of processing among the lines',
  'invented',
  'the plants that are known lie in these places; the weights are invented',
)
