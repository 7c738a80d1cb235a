import type { Text } from './table.ts'

/** Why a row, or a whole file, can be refused at landing: rule code → meaning. */
export const landingRules = {
  required: { sv: 'Cellen är tom men måste ha ett värde.', en: 'The cell is empty but must have a value.' },
  number: {
    sv: 'Inte ett tal: siffror med decimalpunkt, utan mellanslag och tusentalsavskiljare.',
    en: 'Not a number: digits with a decimal point, no spaces or thousands separators.',
  },
  too_many_digits: {
    sv: 'Mer än tolv siffror före decimalpunkten.',
    en: 'More than twelve digits before the point.',
  },
  barcode: {
    sv: 'Tretton siffror eller fler i en mängd: troligen en streckkod.',
    en: 'Thirteen digits or more in a quantity: probably a barcode.',
  },
  out_of_range: { sv: 'Talet ligger utanför det tillåtna.', en: 'The number lies outside what is allowed.' },
  date: {
    sv: 'Inte en dag i kalendern på formen ÅÅÅÅ-MM-DD.',
    en: 'Not a day of the calendar as YYYY-MM-DD.',
  },
  quarter: { sv: 'Inte ett kvartal på formen ÅÅÅÅ-Qn.', en: 'Not a quarter as YYYY-Qn.' },
  boolean: { sv: 'Varken true eller false.', en: 'Neither true nor false.' },
  code: {
    sv: 'Inte en kod: bokstäver a–z, siffror, `_`, `.` och `-`, först en bokstav eller siffra.',
    en: 'Not a code: letters a–z, digits, `_`, `.` and `-`, a letter or digit first.',
  },
  reserved_code: { sv: '`all` och `organic` är upptagna.', en: '`all` and `organic` are reserved.' },
  not_allowed: { sv: 'Inte ett av de tillåtna värdena.', en: 'Not one of the values allowed.' },
  unknown_code: {
    sv: 'Koden finns inte där den ska finnas.',
    en: 'The code does not stand where it should.',
  },
  place_kind: { sv: 'Fel slag av plats.', en: 'The wrong kind of place.' },
  outside_quarter: {
    sv: 'Dagen ligger utanför leveransens kvartal.',
    en: "The day lies outside the delivery's quarter.",
  },
  before_start: { sv: 'Slutet ligger före början.', en: 'The end lies before the start.' },
  below_available: { sv: 'produced_kg är mindre än available_kg.', en: 'produced_kg is below available_kg.' },
  credit_line: {
    sv: 'Kg och kronor har inte samma tecken: en kreditering har negativa kg och inga, 0 eller negativa kronor.',
    en: 'Kg and sek differ in sign: a credit line has negative kg and no, 0 or negative sek.',
  },
  personal_number: {
    sv: 'Ett svenskt personnummer. Sänd en annan beteckning.',
    en: 'A Swedish personal identity number. Send another name for it.',
  },
  repeated_key: { sv: 'Samma nyckel på flera rader.', en: 'The same key on several rows.' },
  too_few_cells: {
    sv: 'Raden har färre celler än rubriken.',
    en: 'The record has fewer cells than the header.',
  },
  too_many_cells: {
    sv: 'Raden har fler celler än rubriken.',
    en: 'The record has more cells than the header.',
  },
  cycle: { sv: 'Raden är sin egen förälder, direkt eller genom andra.', en: 'The row is its own ancestor.' },
  too_deep: { sv: 'Trädet har mer än fyra nivåer.', en: 'The tree has more than four levels.' },
  not_utf8: { sv: 'Filen är inte UTF-8.', en: 'The file is not UTF-8.' },
  not_csv: { sv: 'Filen är inte CSV.', en: 'The file is not CSV.' },
  empty: { sv: 'Filen har inga rader under rubriken.', en: 'The file has no rows below a header.' },
  missing_column: { sv: 'En kolumn saknas.', en: 'A column is missing.' },
  unknown_column: { sv: 'En kolumn hör inte hit.', en: 'A column does not belong here.' },
  repeated_column: { sv: 'En kolumn står flera gånger.', en: 'A column stands there more than once.' },
  too_many_refused: {
    sv: 'För många rader är underkända: mer än 1 % i en kvartalsvis datamängd, någon alls i en referensdatamängd.',
    en: 'Too many rows are refused: more than 1 % of a quarterly dataset, any at all of a reference dataset.',
  },
  orphaned: {
    sv: 'En gällande leverans använder en kod som den nya filen saknar.',
    en: 'A delivery in force uses a code that the new file lacks.',
  },
  not_exactly: {
    sv: 'Filen har inte just de värden som krävs.',
    en: 'The file has not exactly the values required.',
  },
} as const satisfies Record<string, Text>

/** Code of a landing rule. */
export type LandingRule = keyof typeof landingRules
