-- one row: an instrument and its target in a zone in a quarter of the year, in one case
-- answers: how many kg it would move, in the instrument's own unit
-- leaves out: what would move nothing, and quarters without demand in that case
with instruments (instrument) as (values ('contract'), ('supply_dialogue'), ('development_contract')),

of_forms as (
  select
    gaps.quarter_index,
    gaps.zoning,
    gaps.zone,
    gaps.product_group,
    gaps.scenario,
    instruments.instrument,
    gaps.form as target,
    case instruments.instrument
      when 'contract' then gaps.procurable_kg
      when 'supply_dialogue' then gaps.diverted_gap_kg
      else gaps.chain_gap_kg
    end as kg
  from int_form_gaps as gaps
  cross join instruments
  where gaps.has_demand
),

amounts as (
  select quarter_index, zoning, zone, product_group, scenario, instrument, target, kg
  from of_forms
  union all
  select
    quarter_index,
    zoning,
    zone,
    product_group,
    scenario,
    'production_investment' as instrument,
    product_group as target,
    production_gap_kg as kg
  from int_zone_balances
  where has_demand
  union all
  select
    quarter_index,
    zoning,
    zone,
    product_group,
    scenario,
    'processing_investment' as instrument,
    step as target,
    yield * processing_gap_kg as kg
  from int_step_gaps
  where has_demand
),

int_opportunity_amounts as (
  select quarter_index, zoning, zone, product_group, scenario, instrument, target, kg
  from amounts
  where kg > 0e0
)

select * from int_opportunity_amounts
