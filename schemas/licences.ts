/** Licence of the program, and of whatever stands in a release that no source has a claim on. */
export const CODE_LICENCE = 'MIT'
/** Where nobody has said under which licence a source's data may be used. */
export const NOT_STATED = 'not stated'

/**
 * Licences of the bundled data's sources as far as they are known; `data/SOURCES.md` says where each figure is
 * from. Check them before redistributing.
 */
export const bundledLicences: Readonly<Record<string, string>> = {
  skafferi:
    'Statistics Sweden: CC0; GeoNames: CC BY 4.0; CPV list: MIT; municipality codes: CC0; prices, profiles and other assumptions: MIT',
  'skafferi-model': 'counts by Statistics Sweden: CC0; single published figures; what is derived: MIT',
  'agricultural-statistics':
    'Jordbruksverket: reuse with the source given; Eurostat: CC BY 4.0; what is derived: MIT',
  'reindeer-statistics': 'Sametinget: reuse with the source given; what is derived: MIT',
  'published-capacity': 'single published figures; what is derived: MIT',
  'example-dairy': 'invented: MIT',
  'example-municipality': 'invented: MIT',
  'example-wholesaler': 'invented: MIT',
}
