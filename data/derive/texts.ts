/** Words of SOURCES.md that no table holds: where each dataset is from, what is in doubt, whom to ask. */

type Origin = { dataset: string; origin: string; year: string; arithmetic: string; doubt: string }

export const ORIGINS: Origin[] = [
  {
    dataset: 'places',
    origin:
      'S1 (population), S4 (coordinates of the seat), S17 (codes); ISO 3166-2 and general knowledge ' +
      'beyond the county',
    year: '31 Dec 2024',
    arithmetic: 'county 24 = sum of the 15 municipalities',
    doubt:
      'Population of the neighbouring counties and foreign regions is remembered and rounded. The other ' +
      'Swedish counties and ' +
      'countries stand here so that an origin can be named; they have neither population nor coordinates.',
  },
  {
    dataset: 'zonings',
    origin: 'S0 (the definitions of near in use)',
    year: '2018',
    arithmetic: '-',
    doubt: 'country serves definitions only (has_gaps false).',
  },
  {
    dataset: 'zones',
    origin: 'S0, S13, S14, S18 (procurement groups); S0, S19 (across borders)',
    year: '2015-2025',
    arithmetic: 'a county stands for its municipalities',
    doubt:
      'Malå and Norsjö belong to the Skellefteå group by elimination only. S0 names Norway and Finland in ' +
      'general; Nordland, ' +
      'Troms, Ostrobothnia, Central and North Ostrobothnia and Lapland are our reading. The county’s own ' +
      'kitchens (place 24) ' +
      'lie in no municipality and no procurement group; neighbouring counties are in no zone narrower ' +
      'than county, foreign ' +
      'regions in none narrower than cross_border.',
  },
  {
    dataset: 'product_groups',
    origin: 'S3 (CPV 2008), storage_loss_monthly.csv (general knowledge)',
    year: '-',
    arithmetic:
      'loss = 1 − (1 − a)(1 − b)(1 − c) over the last three months with a loss: potato March to May, ' +
      'other roots, cabbage and onion February to April',
    doubt:
      'One loss for all quarters: stock outlives the summer in the model, where the facts know no ' +
      'own-stored potatoes from ' +
      'June to August. CPV mixes fresh and processed; one main code per group.',
  },
  {
    dataset: 'processing_steps',
    origin: 'yields.csv: S16 (reindeer), S22, S23 (potato), rest general knowledge; YIELDS below',
    year: '2003-2022',
    arithmetic:
      'kg out per raw kg, multiplied along the path: potato 0.79 × 0.80 × 0.95 × 0.98; grain 0.85 × 0.78 ' +
      '× 1.35',
    doubt:
      'Raw potatoes are field-run, meat is carcass (slaughter has yield 1), milk_fat is kg of fat. ' +
      'Cleaning to food grade is ' +
      'part of mill and roll. Pork leaves 0.59 lean boneless, up to 0.75 with trimmings for sausage.',
  },
  {
    dataset: 'product_forms',
    origin: 'S0 (forms kitchens ask for), yields as the steps',
    year: '2018',
    arithmetic: 'the yield of the last step; 1 for what is sold as it is',
    doubt:
      'Cuts, mince and sausage share one pool of boneless meat; sausage is stretched by water and starch.',
  },
  {
    dataset: 'portion_profiles',
    origin: 'portion_profile.csv (own draft), FORM_SPLIT, MEAT_LEVEL',
    year: '-',
    arithmetic:
      'grams × level of meat × share of the form; frozen vegetables are shared among carrot, cabbage, ' +
      'pulse and roots',
    doubt:
      'No public source gave grams per portion by product group: every row is assumed. Only the level of ' +
      'meat, eggs, dairy and ' +
      'spend is tied to published figures (below).',
  },
  {
    dataset: 'portions',
    origin: 'S0, S5, S6, S7 through portions.csv; ages S2, students S15',
    year: '2016-2022, held constant',
    arithmetic:
      'portions a day × serving days. Skellefteå: its 2019 segments scaled to 17 000; Umeå: modelled ' +
      'segments scaled to ' +
      '25 000 = 42 000 − 17 000; others: Skellefteå’s ratio per age group. Hospital: 74 000 × population ' +
      'share. Beyond the ' +
      'county: Västerbotten per inhabitant, without school meals in Norway',
    doubt:
      'Independent schools are not removed in the 13 smaller municipalities. The hospitals of Lycksele ' +
      'and Skellefteå are served by the ' +
      'municipalities and the one in Umeå by a contractor (S0), so part of the 2 000 may be counted with ' +
      'the municipalities. ' +
      'Counts do not follow the population from 2018 to 2026.',
  },
  {
    dataset: 'production',
    origin: 'S10, S16, S21, S28, S32, S34, S35 through production.csv',
    year: '2010-2020, carried forward',
    arithmetic:
      'by product group in the table of output below; a year is spread by SEASONS, Västerbotten over ' +
      'municipalities by FARMLAND_KEY (reindeer: REINDEER_KEY)',
    doubt:
      'Producers are aggregates of statistics, not farms: one per place and product group. No row for a ' +
      'product group means ' +
      'unknown, not zero. A row of 0 kg in spring says that nothing is harvested then. The whole cereal ' +
      'harvest is produced ' +
      '(feed barley for the most part) and none of it is on offer: a mill alone would not do, food grade ' +
      'and varieties have to ' +
      'follow. Milk of Västerbotten is of 2014, of the whole dairy area of 2018.',
  },
  {
    dataset: 'processing',
    origin: 'S10, S32, S65 (dairies), S21, S78 (no food mill), S0 (no poultry line)',
    year: '2018-2021',
    arithmetic:
      'dairies: 206 000 t × use of milk × plant’s share × yield / 4; potato washing: the marketable ' +
      'harvest; × OFFERED_SHARE',
    doubt:
      'Only what is known or derivable. Slaughterhouses, cutting, peeling, dicing, freezing, bakeries, ' +
      'butter, sour milk: no ' +
      'figure, so no row. Zeros hold for the 15 municipalities; mills and poultry lines elsewhere in the ' +
      'north were not looked for, so a ' +
      'wider zone can look emptier than it is.',
  },
  {
    dataset: 'local_definitions',
    origin: 'local_definitions.csv: S0, S7, S52',
    year: '2018-2019',
    arithmetic: '-',
    doubt:
      'Piteå (final production in Norrbotten or Västerbotten, S53) needs a zoning of two counties, and ' +
      '"as near as possible" ' +
      'has no border: both are left out. county, four_counties_both and four_counties_processed are ' +
      'variants of ours.',
  },
  {
    dataset: 'targets',
    origin: 'S0',
    year: '2018',
    arithmetic: '-',
    doubt:
      'Valid from the first bundled quarter. Whether they still hold, in which unit and by which ' +
      'definition, is not known.',
  },
  {
    dataset: 'contracts',
    origin: 'S0 (three joint procurements, every fourth year)',
    year: '-',
    arithmetic: 'last day = first day + 4 years − 1 day',
    doubt:
      'All dates are invented so that the calendar can be shown; suppliers are not published. The ' +
      'county’s own contracts are not known.',
  },
  {
    dataset: 'prices',
    origin: 'general knowledge, tied to S11, S61, S62',
    year: 'level of 2023',
    arithmetic: '-',
    doubt: 'Single prices may be off by a third; their level is checked (below).',
  },
  {
    dataset: 'uncertainty',
    origin: 'MARGINS',
    year: '-',
    arithmetic: '-',
    doubt: 'Judged from how far published figures for the same thing lie apart.',
  },
  {
    dataset: 'sources',
    origin: 'this folder',
    year: '-',
    arithmetic: '-',
    doubt: '-',
  },
  {
    dataset: 'purchases',
    origin: 'invented (example-purchases)',
    year: '2025-Q4 to 2026-Q3',
    arithmetic: 'modelled kg × 55-90 % cut into lines by a seeded generator; prices ± 12 %',
    doubt:
      'Nothing in it has happened: no buyer, supplier, kitchen or line is real. For trying the program only.',
  },
]

export const CONTRADICTIONS = [
  'Skellefteå: 17 000 portions a day (2018, S7), 19 300 (2019, sum of segments, S6), more than 15 000 ' +
    '(2019, S52). Used: 17 000, because S0 adds up with it.',
  'Umeå: about 500 000 meals a month (S8) = 16 400 a calendar day or 23 800 a working day; waste ' +
    'statistics imply 7.0 million a year (S9) = 19 200 a calendar day. Used: 25 000.',
  'Portions a year: 15.4 million if segments are taken as they stand; fewer when calibrated to 42 000 ' +
    'a day. The 14.8 SEK per portion are 228 million SEK over 15.4 million.',
  'Potato self-supply of 20 % (S27) against a harvest of 6 500-7 300 t, which would be 25-50 % of ' +
    'consumption.',
  'Potato 99 % local in Skellefteå (S7) while the county covers 20 %: public demand is small beside ' +
    'the harvest, and local there spans four counties and processing.',
  'Beef of Västerbotten: 2 300 t by the slaughter per head of Jämtland, 3 200 t by the national rate. ' +
    'Used: 2 300 t.',
  'Barley: by the words a farm’s whole output is produced, so the feed harvest counts as produced; by ' +
    'its use it is no food. Hence produced, and 0 on offer.',
]

export const ASK: [what: string, whom: string][] = [
  [
    'Grams per portion by product group; portions of the 13 other municipalities; hospital portions',
    'heads of food services of the municipalities and of Region Västerbotten; menu-planning exports',
  ],
  [
    'Purchases by product, quantity, origin and supplier',
    'Jordbruksverket (SILO extracts), the municipalities, their wholesalers and dairies',
  ],
  [
    'Potato area of the county after 2006, carrots, vegetables, berries',
    'Jordbruksverket, SCB, LRF Västerbotten',
  ],
  [
    'Eggs, poultry, fish, honey, wild berries in tonnes',
    'Jordbruksverket, county administrative board, the packers',
  ],
  ['Milk and slaughter by county and year', 'Jordbruksverket, Norrmejerier, the slaughterhouses'],
  [
    'Capacity to slaughter, cut, wash, peel, dice, freeze, bake',
    'the plants themselves; Region Västerbotten’s food strategy',
  ],
  ['Share of output that farms would sell to public kitchens', 'LRF Västerbotten, the growers'],
  ['Contract periods and suppliers', 'procurement units of Umeå, Skellefteå and Lycksele'],
  ['Reindeer slaughter by county', 'Sametinget'],
  ['Whether the targets of 2018 still hold', 'Bjurholm municipality, Region Västerbotten'],
]

export const LICENCES = [
  'Statistics Sweden (S1, S2, S25): CC0. Eurostat (S28): reuse with attribution, CC BY 4.0. GeoNames ' +
    '(S4): CC BY 4.0, attribution: GeoNames.org. CPV list (S3): MIT. Municipality codes (S17): CC0.',
  'Jordbruksverket and Sametinget: statistics may be reused with the source given. Press and web ' +
    'pages: single figures only, no text was taken.',
  'Licences are stated as known in general; check them before you redistribute. Assumptions and ' +
    'invented purchases: the licence of this repository.',
]
